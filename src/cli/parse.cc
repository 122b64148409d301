#include "cli/parse.h"

#include <CLI/CLI.hpp>
#include <deque>

#include "base/text.h"
#include "cli/help.h"

namespace stackd::cli {
namespace {

/// The last of the names: "-d,--detach" → "--detach".
std::string long_name(const Option& option) {
  return split(option.names, ',').back();
}

/// One of the table's options as CLI11 knows it.
struct Declared {
  const Option* option = nullptr;
  CLI::Option* parsed = nullptr;
};

std::vector<Declared> declare(CLI::App& app, const std::vector<Option>& options) {
  std::vector<Declared> declared;
  for (const Option& option : options) {
    CLI::Option* parsed = option.value.empty() ? app.add_flag(option.names)
                                               : app.add_option(option.names)->allow_extra_args(false);
    // One value each time, so that `-f a.yaml status` doesn't take the command for a second file.
    if (option.repeated) parsed->expected(1, -1)->take_all();
    if (!option.choices.empty()) parsed->check(CLI::IsMember(option.choices));
    declared.push_back({&option, parsed});
  }
  return declared;
}

Arguments arguments_of(const std::vector<Declared>& declared) {
  Arguments arguments;
  for (const Declared& one : declared) {
    if (one.parsed->count() == 0) continue;
    const bool is_flag = one.option->value.empty();
    arguments.options[long_name(*one.option)] = is_flag ? std::vector<std::string>() : one.parsed->results();
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

/// How CLI11 says that there is no limit. Ours is looked at afterwards: the answer names the word that is too many.
constexpr int any_number = -1;

/// One command as CLI11 sees it.
struct Parsed {
  CLI::App* app = nullptr;
  std::vector<Declared> options;
  std::vector<std::string> operands;
};

void declare(CLI::App& app, const Command& command, Parsed& parsed) {
  parsed.app = app.add_subcommand(command.name);
  if (!command.alias.empty()) parsed.app->alias(command.alias);
  parsed.app->set_help_flag();
  parsed.app->allow_extras();
  parsed.options = declare(*parsed.app, command.options);
  if (command.operands_max == 0) return;
  parsed.app->add_option("operands", parsed.operands)->expected(0, any_number);
}

/// Its messages begin with the option's name: "--tail: 1 required TEXT missing", "--format: x not in {…}".
ParseEnd wrong_for(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<const CLI::App*> commands =
      app.get_subcommands([](const CLI::App* one) { return one->parsed(); });
  const std::string help =
      "stackctl " + (commands.empty() ? "" : commands.front()->get_name() + " ") + "--help";
  const std::string text = error.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) == nullptr) return wrong(text, help);
  const bool too_many = text.find("At Most") != std::string::npos;
  return wrong(split(text, ':').front() + (too_many ? " is given more than once" : " needs a value"), help);
}

}  // namespace

std::variant<Invocation, ParseEnd> parse(const std::vector<std::string>& words,
                                         const std::vector<Command>& table) {
  CLI::App app;
  app.set_help_flag();
  app.fallthrough();
  app.require_subcommand(0, 1);
  app.allow_extras();
  const std::vector<Declared> global_declared = declare(app, global_options());
  // An alias of the shell may have named one already.
  for (const Declared& one : global_declared) {
    if (!one.option->repeated && !one.option->value.empty()) one.parsed->take_last();
  }
  std::deque<Parsed> parsed;  // CLI11 keeps addresses: nothing of it moves
  for (const Command& command : table) declare(app, command, parsed.emplace_back());
  try {
    // CLI11 takes its words from the back.
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError& error) {
    return wrong_for(app, error);
  }
  const Arguments global = arguments_of(global_declared);
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (!parsed[i].app->parsed()) continue;
    const Command& command = table[i];
    if (global.has("--help")) return ParseEnd{exit_done, command_help(command)};
    const std::vector<std::string> rest = app.remaining(true);
    if (!rest.empty()) return wrong_for(command, unknown_word(rest.front(), command));
    if (parsed[i].operands.size() > command.operands_max)
      return wrong_for(command, unknown_word(parsed[i].operands[command.operands_max], command));
    if (parsed[i].operands.size() < command.operands_min)
      return wrong_for(command, command.name + " needs " + command.operands);
    Invocation invocation;
    invocation.command = &command;
    invocation.global = global_of(global);
    invocation.arguments = arguments_of(parsed[i].options);
    invocation.arguments.operands = parsed[i].operands;
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
