// From the places that stackd names ("services.web.ports.0: …") to where the files say it:
// "compose.yaml:12:9". Pure.
#pragma once

#include <string>

#include "compose/load.h"

namespace stackd::cli {

/// The same text; in front of each line that begins with a place of the project, the file, line and column.
std::string with_places(const compose::Project& project, const std::string& text);

}  // namespace stackd::cli
