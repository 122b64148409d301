// ${VAR} throughout a document: every text value, never a key; then the casts that Compose makes at certain
// paths ("3" is a number where a number is meant).
#pragma once

#include "compose/read/budget.h"
#include "compose/read/diagnostic.h"
#include "compose/read/node.h"
#include "compose/read/substitute.h"

namespace stackd::compose {

/// A value for which there is no room is left as it is.
void interpolate(Node& document, const Lookup& lookup, Budget& budget, Report& report);

/// true, false, and with a warning y, yes, on, n, no, off; in any case. Nothing for other words.
std::optional<bool> cast_boolean(std::string_view text, Mark mark, Report& report);

}  // namespace stackd::compose
