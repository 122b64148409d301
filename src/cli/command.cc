#include "cli/command.h"

#include "cli/commands.h"

namespace stackd::cli {

std::optional<std::string> Arguments::value(const std::string& name) const {
  const auto found = options.find(name);
  if (found == options.end() || found->second.empty()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> Arguments::values(const std::string& name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::vector<std::string>() : found->second;
}

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      deploy_command(),  rollback_command(), resume_command(),  cancel_command(), down_command(),
      start_command(),   stop_command(),     restart_command(), status_command(), why_command(),
      history_command(), show_command(),     logs_command(),    events_command(), plan_command(),
      check_command(),   config_command(),   graph_command(),   adopt_command(),  hand_back_command(),
      forget_command(),  version_command(),
  };
  return table;
}

const Command* find_command(const std::vector<Command>& table, std::string_view name) {
  for (const Command& command : table) {
    if (command.name == name || (!command.alias.empty() && command.alias == name)) return &command;
  }
  return nullptr;
}

const std::vector<Option>& global_options() {
  static const std::vector<Option> options = {
      {"-f,--file", "FILE", "a stack file; several are merged in their order", {}, true},
      {"-p,--project-name", "NAME", "the stack, instead of the one in this folder", {}, false},
      {"--profile", "NAME", "a profile to enable", {}, true},
      {"--env-file", "FILE", "read variables from here instead of .env", {}, true},
      {"--project-directory", "FOLDER", "what relative paths in the files are relative to", {}, false},
      {"--all-resources", "", "keep networks, volumes and the like that no service uses", {}, false},
      {"--compatibility", "", "accepted, without effect", {}, false},
      {"--socket", "PATH", "the stackd to talk to (also STACKD_SOCKET)", {}, false},
      {"--json", "", "print JSON with stable field names instead of text", {}, false},
      {"-h,--help", "", "explain stackctl or one command", {}, false},
  };
  return options;
}

}  // namespace stackd::cli
