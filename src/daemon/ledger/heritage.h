// What removed containers left to their successors, as text for the store: a stackd that is killed between
// the removal and the creation must not lose anybody's data.
#pragma once

#include <string>

#include "base/result.h"
#include "decide/picture/memory.h"

namespace stackd::daemon {

using Heritage = std::map<decide::PlaceKey, std::vector<ObservedMount>>;

std::string heritage_to_text(const Heritage& heritage);

/// Errors: invalid.
Result<Heritage> heritage_from_text(const std::string& text);

}  // namespace stackd::daemon
