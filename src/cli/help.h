// The table of commands as text for people. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace stackd::cli {

/// All commands in their groups, and the options that each takes.
std::string program_help(const std::vector<Command>& table);

/// Usage, what it does, its options, examples, and where the common options are.
std::string command_help(const Command& command);

}  // namespace stackd::cli
