// What was typed, against the table of commands.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/command.h"

namespace stackd::cli {

struct Invocation {
  const Command* command = nullptr;  // of the table
  GlobalOptions global;
  Arguments arguments;
};

/// Nothing is to be run: help was asked for, or what was typed makes no sense.
struct ParseEnd {
  int exit_code = exit_done;
  std::string text;  // for the output when done, else for the error output
};

/// `words` without the program's name. The table outlives the result.
std::variant<Invocation, ParseEnd> parse(const std::vector<std::string>& words,
                                         const std::vector<Command>& table);

}  // namespace stackd::cli
