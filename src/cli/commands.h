// One row of the table for each command, defined beside the function that carries it out.
#pragma once

#include "cli/command.h"

namespace stackd::cli {

Command adopt_command();
Command cancel_command();
Command check_command();
Command config_command();
Command deploy_command();
Command down_command();
Command events_command();
Command forget_command();
Command graph_command();
Command hand_back_command();
Command history_command();
Command logs_command();
Command plan_command();
Command restart_command();
Command resume_command();
Command rollback_command();
Command show_command();
Command start_command();
Command status_command();
Command stop_command();
Command version_command();
Command why_command();

}  // namespace stackd::cli
