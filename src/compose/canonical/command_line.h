// A command written as one text, split into words the way Compose does it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stackd::compose {

struct CommandLine {
  std::vector<std::string> words;
  /// Where an unquoted ; & | < or > cut the rest off, as an offset; npos when nothing was lost.
  std::size_t cut_at = std::string_view::npos;
};

/// Errors: invalid, for what is not closed.
Result<CommandLine> split_command_line(std::string_view text);

}  // namespace stackd::compose
