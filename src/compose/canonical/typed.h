// The last step to the canonical configuration: every value gets its attribute's type (bytes, durations,
// words of a command …), keys the order in which Compose prints them, and zero values go.
#pragma once

#include <string>
#include <vector>

#include "compose/read/diagnostic.h"
#include "compose/read/node.h"

namespace stackd::compose {

/// Takes a model in long syntax. What can't be converted is reported and left out.
Node to_typed(Node model, Report& report);

}  // namespace stackd::compose
