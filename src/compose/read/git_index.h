// Whether git tracks a file, read from the repository's index without running git.
#pragma once

#include <string>
#include <string_view>

#include "compose/read/files.h"

namespace stackd::compose {

/// False where there is no repository, or one whose index can't be understood. `path` is absolute.
bool is_tracked_by_git(const std::string& path, const Files& files);

/// The format of gitformat-index(5), versions 2 and 3. False for anything else.
bool index_has(std::string_view index, std::string_view name);

}  // namespace stackd::compose
