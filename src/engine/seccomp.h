// Seccomp profiles that a service names by a file: the engine wants their text. Only files below the
// project's folder are read, so that no stack file makes stackd open anything else.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "model/service.h"

namespace stackd::engine {

/// The path in an entry of security_opt ("seccomp=./profile.json"), or "" when it names none.
std::string seccomp_path(const std::string& security_option);

/// By the path as it is written: the profile as JSON without blanks. Errors: not_found, invalid (outside the
/// folder, too large, no JSON).
Result<std::map<std::string, std::string>> read_seccomp_profiles(const Service& service,
                                                                 const std::string& folder);

}  // namespace stackd::engine
