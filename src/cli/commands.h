// One row of the table for each command, defined beside the function that carries it out.
#pragma once

#include "cli/command.h"

namespace stackd::cli {

Command config_command();
Command version_command();

}  // namespace stackd::cli
