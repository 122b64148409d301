// env_file and label_file of services: their contents become part of `environment` and `labels`.
#pragma once

#include "compose/assemble/assemble.h"

namespace stackd::compose {

/// Reads the env files of every service; what `environment` says wins. `env_file` stays. Bare names get
/// their values from the project's variables.
void read_env_files(Map& services, Assembly& assembly, const Environment& environment);

/// The same with label files and `labels`.
void read_label_files(Map& services, Assembly& assembly);

}  // namespace stackd::compose
