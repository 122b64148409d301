// Other files taken in whole, each set with its own folder and variables.
#pragma once

#include "compose/assemble/assemble.h"

namespace stackd::compose {

/// Loads what `include` names and puts its services, networks, volumes, secrets, configs and models into
/// the file. One that is there already must be the same. `chain` holds the files that led here.
void apply_includes(Assembly& assembly, const Scope& scope, Node& file,
                    const std::vector<std::string>& chain);

}  // namespace stackd::compose
