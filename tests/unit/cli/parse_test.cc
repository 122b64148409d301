#include "cli/parse.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "cli/help.h"

using namespace stackd;

namespace {

int do_nothing(cli::Session&, const cli::Arguments&) {
  return cli::exit_done;
}

/// A command with one of everything.
const std::vector<cli::Command>& table() {
  static const std::vector<cli::Command> commands = [] {
    cli::Command logs;
    logs.name = "logs";
    logs.alias = "log";
    logs.group = cli::CommandGroup::look;
    logs.summary = "what the containers write";
    logs.details = "All of it.";
    logs.operands = "[SERVICE...]";
    logs.operands_max = cli::any_number;
    logs.options = {{"-f,--follow", "", "go on", {}, false},
                    {"-n,--tail", "LINES", "the last lines", {}, false},
                    {"--format", "FORMAT", "how", {"text", "dot"}, false},
                    {"--set", "NAME=VALUE", "a variable", {}, true}};
    logs.examples = {{"stackctl logs -f web", "follow web"}};
    logs.run = do_nothing;
    cli::Command why;
    why.name = "why";
    why.group = cli::CommandGroup::look;
    why.summary = "the reasons";
    why.operands = "SERVICE";
    why.operands_min = 1;
    why.operands_max = 1;
    why.run = do_nothing;
    return std::vector<cli::Command>{logs, why};
  }();
  return commands;
}

cli::Invocation understood(const std::vector<std::string>& words) {
  auto parsed = cli::parse(words, table());
  if (const auto* end = std::get_if<cli::ParseEnd>(&parsed)) FAIL(end->text);
  return std::get<cli::Invocation>(parsed);
}

cli::ParseEnd ended(const std::vector<std::string>& words) {
  auto parsed = cli::parse(words, table());
  REQUIRE(std::holds_alternative<cli::ParseEnd>(parsed));
  return std::get<cli::ParseEnd>(parsed);
}

std::string complaint(const std::vector<std::string>& words) {
  const cli::ParseEnd end = ended(words);
  CHECK(end.exit_code == cli::exit_usage);
  return split(end.text, '\n').front();
}

}  // namespace

TEST_CASE("a command is found by its name and by its alias") {
  CHECK(understood({"logs"}).command->name == "logs");
  CHECK(understood({"log"}).command->name == "logs");
}

TEST_CASE("options of a command and its operands may be mixed") {
  const cli::Invocation invocation = understood({"logs", "web", "-f", "--tail", "5", "bot"});
  CHECK(invocation.arguments.has("--follow"));
  CHECK(invocation.arguments.value("--tail") == "5");
  CHECK(invocation.arguments.operands == std::vector<std::string>{"web", "bot"});
  CHECK_FALSE(invocation.arguments.has("--set"));
}

TEST_CASE("an option that may be repeated keeps every value in order") {
  const cli::Invocation invocation = understood({"logs", "--set", "A=1", "--set=B=2"});
  CHECK(invocation.arguments.values("--set") == std::vector<std::string>{"A=1", "B=2"});
}

TEST_CASE("-f before the command is a file, after logs it is to follow") {
  const cli::Invocation invocation = understood({"-f", "a.yaml", "-f", "b.yaml", "logs", "-f", "web"});
  CHECK(invocation.global.files == std::vector<std::string>{"a.yaml", "b.yaml"});
  CHECK(invocation.arguments.has("--follow"));
  CHECK(invocation.arguments.operands == std::vector<std::string>{"web"});
}

TEST_CASE("the options of every command may stand on either side of it") {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--json", "-p", "shop", "why", "web"},
        std::vector<std::string>{"why", "web", "-p", "shop", "--json"}}) {
    const cli::Invocation invocation = understood(words);
    CHECK(invocation.global.json);
    CHECK(invocation.global.project_name == "shop");
    CHECK(invocation.arguments.operands == std::vector<std::string>{"web"});
  }
}

TEST_CASE("a service may be called like a command") {
  CHECK(understood({"why", "logs"}).arguments.operands == std::vector<std::string>{"logs"});
}

TEST_CASE("what can't be meant is answered with what was probably meant") {
  CHECK(complaint({"lgos"}) == "stackctl: there is no command \"lgos\", did you mean \"logs\"?");
  CHECK(complaint({"logs", "--folow"}) == "stackctl: logs has no option --folow, did you mean --follow?");
  CHECK(complaint({"--jsn", "logs"}) == "stackctl: logs has no option --jsn, did you mean --json?");
  CHECK(complaint({"logs", "--format", "png"}) == "stackctl: --format: png not in {text,dot}");
  CHECK(complaint({"logs", "--tail"}) == "stackctl: --tail needs a value");
  CHECK(complaint({"logs", "--tail", "1", "--tail", "2"}) == "stackctl: --tail is given more than once");
  CHECK(complaint({"why"}) == "stackctl: why needs SERVICE");
  CHECK(complaint({"why", "web", "bot"}) == "stackctl: why takes no more arguments: \"bot\"");
}

TEST_CASE("help is an answer, a missing command is a mistake that shows the same") {
  CHECK(ended({"--help"}).exit_code == cli::exit_done);
  CHECK(ended({"-h"}).text == cli::program_help(table()));
  CHECK(ended({}).exit_code == cli::exit_usage);
  CHECK(ended({}).text == cli::program_help(table()));
  CHECK(ended({"logs", "--help"}).text == cli::command_help(table()[0]));
  CHECK(ended({"why", "-h"}).exit_code == cli::exit_done);
}

TEST_CASE("the help of a command shows usage, options, values and examples") {
  CHECK(cli::command_help(table()[0]) ==
        "stackctl logs: what the containers write.\n"
        "\n"
        "Usage: stackctl logs [options] [SERVICE...]\n"
        "Also:  stackctl log\n"
        "\n"
        "All of it.\n"
        "\n"
        "Options:\n"
        "  -f, --follow          go on\n"
        "  -n, --tail LINES      the last lines\n"
        "      --format FORMAT   how: text, dot\n"
        "      --set NAME=VALUE  a variable (may be repeated)\n"
        "\n"
        "Examples:\n"
        "  stackctl logs -f web  follow web\n"
        "\n"
        "The options of every command (-f, -p, --profile, --json …) are in `stackctl --help`.\n");
}

TEST_CASE("every command of the program explains itself") {
  for (const cli::Command& command : cli::commands()) {
    CAPTURE(command.name);
    CHECK_FALSE(command.summary.empty());
    CHECK_FALSE(command.examples.empty());
    const bool runs = command.run != nullptr;
    CHECK(runs);
    CHECK(command.operands.empty() == (command.operands_max == 0));
    for (const cli::Option& option : command.options) CHECK_FALSE(option.help.empty());
    for (const std::string& line : split(cli::command_help(command), '\n')) CHECK(line.size() <= 112);
  }
}
