// A service based on another one, of the same file or of a different one.
#pragma once

#include "compose/assemble/assemble.h"

namespace stackd::compose {

/// Lays every service that has `extends` over its base. `path` is the file's; `replaced` what its tags ask
/// to be taken out of a base.
void apply_extends(Assembly& assembly, const Scope& scope, Node& file, const std::string& path,
                   const std::vector<KeyPath>& replaced);

}  // namespace stackd::compose
