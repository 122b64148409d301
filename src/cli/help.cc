#include "cli/help.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace stackd::cli {
namespace {

struct Group {
  CommandGroup group;
  std::string_view title;
};

constexpr std::array<Group, 5> groups = {{
    {CommandGroup::run, "Run a stack"},
    {CommandGroup::look, "Look at it"},
    {CommandGroup::files, "Read stack files (needs no stackd)"},
    {CommandGroup::take_over, "Take over and let go"},
    {CommandGroup::other, "Other"},
}};

constexpr std::size_t columns_max = 110;

/// In lines of at most `width`, broken at blanks.
std::vector<std::string> wrap(const std::string& text, std::size_t width) {
  std::vector<std::string> lines(1);
  for (const std::string& word : split(text, ' ')) {
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + word;
  }
  return lines;
}

/// Two columns; the second begins behind the longest of the first.
std::string two_columns(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::size_t width = 0;
  for (const auto& [left, right] : rows) width = std::max(width, left.size());
  std::string out;
  for (const auto& [left, right] : rows) {
    out += "  " + left;
    std::size_t blanks = width - left.size() + 2;
    for (const std::string& line : wrap(right, columns_max - width - 4)) {
      if (!line.empty()) out += std::string(blanks, ' ') + line;
      out += "\n";
      blanks = width + 4;
    }
  }
  return out;
}

std::string options_text(const std::vector<Option>& options) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Option& option : options) {
    std::string left = join(split(option.names, ','), ", ");
    if (!starts_with(left, "-") || starts_with(left, "--")) left = "    " + left;
    if (!option.value.empty()) left += " " + option.value;
    std::string right = option.help;
    // Many choices are explained in the details.
    const std::string choices = join(option.choices, ", ");
    if (!choices.empty() && choices.size() < columns_max / 2) right += ": " + choices;
    if (option.repeated) right += " (may be repeated)";
    rows.emplace_back(std::move(left), std::move(right));
  }
  return two_columns(rows);
}

}  // namespace

std::string program_help(const std::vector<Command>& table) {
  std::string out =
      "stackctl: the command line of stackd, which keeps Compose projects running.\n"
      "\n"
      "Usage: stackctl [options] COMMAND [arguments]\n";
  for (const Group& group : groups) {
    std::vector<std::pair<std::string, std::string>> rows;
    for (const Command& command : table) {
      if (command.group != group.group) continue;
      rows.emplace_back(command.alias.empty() ? command.name : command.name + ", " + command.alias,
                        command.summary);
    }
    if (rows.empty()) continue;
    out += "\n" + std::string(group.title) + ":\n" + two_columns(rows);
  }
  out += "\nOptions of every command:\n" + options_text(global_options());
  out +=
      "\nWithout -p or -f a command is about the stack of this folder, else about the only one that stackd\n"
      "keeps. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no stackd answers, 4 no such stack or service.\n"
      "`stackctl COMMAND --help` explains a command with examples.\n";
  return out;
}

std::string command_help(const Command& command) {
  std::string out = "stackctl " + command.name + ": " + command.summary + ".\n";
  out += "\nUsage: stackctl " + command.name;
  if (!command.options.empty()) out += " [options]";
  if (!command.operands.empty()) out += " " + command.operands;
  out += "\n";
  if (!command.alias.empty()) out += "Also:  stackctl " + command.alias + "\n";
  if (!command.details.empty()) out += "\n";
  for (const std::string& paragraph : split(command.details, '\n')) {
    if (command.details.empty()) break;
    const bool listed = starts_with(paragraph, "  ");
    for (const std::string& line : wrap(paragraph, columns_max)) out += (listed ? "  " : "") + line + "\n";
  }
  if (!command.options.empty()) out += "\nOptions:\n" + options_text(command.options);
  if (!command.examples.empty()) {
    std::vector<std::pair<std::string, std::string>> rows;
    for (const Example& example : command.examples) rows.emplace_back(example.command, example.meaning);
    out += "\nExamples:\n" + two_columns(rows);
  }
  out += "\nThe options of every command (-f, -p, --profile, --json …) are in `stackctl --help`.\n";
  return out;
}

}  // namespace stackd::cli
