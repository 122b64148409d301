// The texts of `stackctl config`.
#pragma once

#include <string>

#include "base/result.h"
#include "compose/read/project.h"

namespace stackd::compose {

enum class PrintFormat { yaml, json };

/// The canonical configuration as Compose prints it, every $ doubled. A project that was loaded without
/// interpolation is printed as its files say it. Errors: invalid, where Compose can't print JSON either.
Result<std::string> print_config(const Project& project, PrintFormat format, bool interpolated);

}  // namespace stackd::compose
