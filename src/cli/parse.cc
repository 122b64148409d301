#include "cli/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>

#include "base/text.h"
#include "cli/help.h"

namespace stackd::cli {
namespace {

/// The last of the names: "-d,--detach" → "--detach".
std::string long_name(const Option& option) {
  return split(option.names, ',').back();
}

/// Where CLI11 puts what it reads. Its addresses are kept by the parser, so nothing of it moves.
struct Slot {
  const Option* option = nullptr;
  bool given = false;
  std::vector<std::string> values;
};

void add_option(CLI::App& app, std::deque<Slot>& slots, const Option& option) {
  Slot& slot = slots.emplace_back();
  slot.option = &option;
  if (option.value.empty()) {
    app.add_flag(option.names, slot.given);
  } else {
    // One value each time, so that `-f a.yaml status` doesn't take the command for a second file.
    app.add_option(option.names, slot.values)->take_all()->expected(1, -1)->allow_extra_args(false);
  }
}

Arguments arguments_of(const std::deque<Slot>& slots) {
  Arguments arguments;
  for (const Slot& slot : slots) {
    if (slot.given || !slot.values.empty()) arguments.options[long_name(*slot.option)] = slot.values;
  }
  return arguments;
}

GlobalOptions global_of(const Arguments& given) {
  GlobalOptions global;
  global.files = given.values("--file");
  global.project_name = given.value("--project-name").value_or("");
  global.profiles = given.values("--profile");
  global.env_files = given.values("--env-file");
  global.project_directory = given.value("--project-directory").value_or("");
  global.all_resources = given.has("--all-resources");
  global.socket = given.value("--socket").value_or("");
  global.json = given.has("--json");
  return global;
}

ParseEnd wrong(const std::string& message, const std::string& help) {
  return {exit_usage, "stackctl: " + message + "\nsee `" + help + "`\n"};
}

ParseEnd wrong_for(const Command& command, const std::string& message) {
  return wrong(message, "stackctl " + command.name + " --help");
}

/// The word that stands where the command should.
std::string unknown_command(const std::string& word, const std::vector<Command>& table) {
  std::vector<std::string> names;
  for (const Command& command : table) {
    names.push_back(command.name);
    if (!command.alias.empty()) names.push_back(command.alias);
  }
  const std::string meant = nearest(word, names);
  std::string message = "there is no command " + quote(word);
  if (!meant.empty()) message += ", did you mean " + quote(meant) + "?";
  return message;
}

std::vector<std::string> names_of(const std::vector<Option>& options) {
  std::vector<std::string> names;
  for (const Option& option : options) {
    for (const std::string& name : split(option.names, ',')) names.push_back(name);
  }
  return names;
}

std::string unknown_word(const std::string& word, const Command& command) {
  if (!starts_with(word, "-")) return command.name + " takes no more arguments: " + quote(word);
  std::vector<std::string> names = names_of(command.options);
  for (const std::string& name : names_of(global_options())) names.push_back(name);
  const std::string meant = nearest(word, names);
  std::string message = command.name + " has no option " + word;
  if (!meant.empty()) message += ", did you mean " + meant + "?";
  return message;
}

std::optional<ParseEnd> check_values(const Command& command, const Arguments& arguments) {
  for (const Option& option : command.options) {
    const std::vector<std::string> values = arguments.values(long_name(option));
    if (values.size() > 1 && !option.repeated) {
      return wrong_for(command, long_name(option) + " is given more than once");
    }
    for (const std::string& value : values) {
      if (option.choices.empty()) break;
      if (std::find(option.choices.begin(), option.choices.end(), value) != option.choices.end()) continue;
      return wrong_for(command, long_name(option) + " must be one of " + join(option.choices, ", ") +
                                    ", not " + quote(value));
    }
  }
  const std::size_t given = arguments.operands.size();
  if (given < command.operands_min) {
    return wrong_for(command, command.name + " needs " + command.operands);
  }
  if (given > command.operands_max) {
    return wrong_for(command, unknown_word(arguments.operands[command.operands_max], command));
  }
  return std::nullopt;
}

/// One command as CLI11 sees it.
struct Parsed {
  CLI::App* app = nullptr;
  std::deque<Slot> slots;
  std::vector<std::string> operands;
};

}  // namespace

std::variant<Invocation, ParseEnd> parse(const std::vector<std::string>& words,
                                         const std::vector<Command>& table) {
  CLI::App app;
  app.set_help_flag();
  app.fallthrough();
  app.require_subcommand(0, 1);
  app.allow_extras();
  std::deque<Slot> global_slots;
  for (const Option& option : global_options()) add_option(app, global_slots, option);
  std::deque<Parsed> parsed;
  for (const Command& command : table) {
    Parsed& one = parsed.emplace_back();
    one.app = app.add_subcommand(command.name);
    if (!command.alias.empty()) one.app->alias(command.alias);
    one.app->set_help_flag();
    one.app->allow_extras();
    for (const Option& option : command.options) add_option(*one.app, one.slots, option);
    if (command.operands_max > 0) one.app->add_option("operands", one.operands);
  }
  try {
    // CLI11 takes its words from the back.
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ArgumentMismatch& error) {
    // Its message begins with the option's name: "--file: 1 required TEXT missing".
    const std::string name = split(error.what(), ':').front();
    return wrong(name + " needs a value", "stackctl --help");
  } catch (const CLI::ParseError& error) {
    return wrong(error.what(), "stackctl --help");
  }
  const Arguments global = arguments_of(global_slots);
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (!parsed[i].app->parsed()) continue;
    const Command& command = table[i];
    if (global.has("--help")) return ParseEnd{exit_done, command_help(command)};
    const std::vector<std::string> rest = app.remaining(true);
    if (!rest.empty()) return wrong_for(command, unknown_word(rest.front(), command));
    Invocation invocation;
    invocation.command = &command;
    invocation.global = global_of(global);
    invocation.arguments = arguments_of(parsed[i].slots);
    invocation.arguments.operands = parsed[i].operands;
    if (std::optional<ParseEnd> end = check_values(command, invocation.arguments)) return *std::move(end);
    return invocation;
  }
  const std::vector<std::string> rest = app.remaining(true);
  if (global.has("--help")) return ParseEnd{exit_done, program_help(table)};
  if (rest.empty()) return ParseEnd{exit_usage, program_help(table)};
  if (starts_with(rest.front(), "-")) {
    return wrong("there is no option " + rest.front() + " before the command", "stackctl --help");
  }
  return wrong(unknown_command(rest.front(), table), "stackctl --help");
}

}  // namespace stackd::cli
