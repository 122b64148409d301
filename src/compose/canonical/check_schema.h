// Holds a file, short syntax and all, against the tables of schema.h: unknown keys, wrong types, words that
// are not allowed. Collects everything that is wrong, and takes out what later phases could stumble over.
#pragma once

#include "compose/read/diagnostic.h"
#include "compose/read/node.h"

namespace stackd::compose {

/// Afterwards everything has a type that its attribute may have. A service that lost something is tagged
/// as damaged.
void check_schema(Node& file, Report& report);

}  // namespace stackd::compose
