// The table of commands: what each is called, takes and says about itself. Plain data, so that help and
// parsing are written once, and a command is one row and one function.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/session.h"

namespace stackd::cli {

struct Option {
  std::string names;                 // "-d,--detach"; the last one is the name that Arguments knows
  std::string value;                 // what stands for its value in the help: "LINES"; "": a flag
  std::string help;                  // small letters, no full stop
  std::vector<std::string> choices;  // the values it may have; empty: any
  bool repeated = false;
};

/// What was given to one command. Names are the long ones, with their dashes.
struct Arguments {
  std::map<std::string, std::vector<std::string>> options;
  std::vector<std::string> operands;

  [[nodiscard]] bool has(const std::string& name) const { return options.contains(name); }
  /// The last one given.
  [[nodiscard]] std::optional<std::string> value(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> values(const std::string& name) const;
};

struct Example {
  std::string command;
  std::string meaning;
};

/// In the order in which the help shows them.
enum class CommandGroup { run, look, files, take_over, other };

struct Command {
  std::string name;
  std::string alias;  // "": none
  CommandGroup group = CommandGroup::other;
  std::string summary;   // one line, small letters, no full stop
  std::string details;   // sentences; "": the summary says it all
  std::string operands;  // as the usage line shows them: "[SERVICE...]"
  std::size_t operands_min = 0;
  std::size_t operands_max = 0;
  std::vector<Option> options;
  std::vector<Example> examples;
  int (*run)(Session& session, const Arguments& arguments) = nullptr;
};

inline constexpr std::size_t any_number = 1000;

/// Every command, in the order of the help.
const std::vector<Command>& commands();

/// By name or alias; nullptr when there is none.
const Command* find_command(const std::vector<Command>& table, std::string_view name);

/// The options that every command takes.
const std::vector<Option>& global_options();

}  // namespace stackd::cli
