#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "cli/ask.h"
#include "cli/choose.h"
#include "cli/commands.h"
#include "cli/follow_logs.h"
#include "cli/moment.h"
#include "cli/release_number.h"
#include "cli/render.h"

namespace stackd::cli {
namespace {

Result<std::int64_t> parse_tail(const std::string& text) {
  std::int64_t lines = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, code] = std::from_chars(text.data(), end, lines);
  if (code == std::errc() && stopped == end && lines >= 0) return lines;
  return Error{ErrorKind::invalid, "--tail " + quote(text) + " is no number of lines"};
}

Result<LogsWanted> logs_wanted(const Session& session, const Arguments& arguments) {
  LogsWanted wanted;
  wanted.services = arguments.operands;
  wanted.follow = arguments.has("--follow");
  if (const auto since = arguments.value("--since")) {
    const Result<WallTime> moment = parse_moment(*since, session.now(), session.from_local);
    if (!moment) return moment.error().while_doing("--since");
    wanted.since = *moment;
  }
  const std::optional<std::string> tail = arguments.value("--tail");
  if (tail && *tail != "all") {
    const Result<std::int64_t> lines = parse_tail(*tail);
    if (!lines) return lines.error();
    wanted.tail = *lines;
  }
  if (const auto release = arguments.value("--release")) {
    const Result<std::int64_t> number = release_number(*release);
    if (!number) return number.error().while_doing("--release");
    wanted.release = *number;
  }
  return wanted;
}

/// So that the names line up from the first line on.
std::size_t name_width(const protocol::StackStatus& status, const std::vector<std::string>& services) {
  std::size_t width = 0;
  for (const protocol::ServiceStatus& service : status.services) {
    if (!services.empty() && std::find(services.begin(), services.end(), service.name) == services.end())
      continue;
    for (const protocol::ContainerStatus& container : service.containers) {
      width = std::max(width, width_of(container.name));
    }
  }
  return width;
}

/// Prints each line until the stream ends or Ctrl-C.
template <typename T, typename Show>
int print_lines(Session& session, Client& client, const std::string& target,
                Result<T> (*read)(const json::value&), Show show) {
  client.catch_interrupts();
  Result<std::unique_ptr<Lines>> lines = client.open(target);
  if (!lines) return fail(session, lines.error());
  while (true) {
    const Result<std::optional<json::value>> line = (*lines)->next();
    if (!line) return fail(session, line.error());
    if (!line->has_value()) return exit_done;
    if (session.global.json) {
      print_json(session, **line);
    } else {
      const Result<T> value = read(**line);
      if (!value) return fail(session, value.error());
      *session.out << show(*value);
    }
    session.out->flush();
    if (!session.out->good()) return exit_done;  // who read it has gone: `stackctl logs | head`
  }
}

int run_logs(Session& session, const Arguments& arguments) {
  Result<LogsWanted> wanted = logs_wanted(session, arguments);
  if (!wanted) {
    (void)fail(session, wanted.error());
    return exit_usage;
  }
  const std::unique_ptr<Client> client = open_daemon(session);
  if (client == nullptr) return exit_no_daemon;
  const Result<std::string> stack = choose_stack(session, *client);
  if (!stack) return fail(session, stack.error());
  const Result<protocol::StackStatus> status = ask_status(*client, *stack);
  if (!status) return fail(session, status.error());
  wanted->stack = *stack;
  const LogView view{name_width(*status, arguments.operands), arguments.has("--timestamps")};
  return show_logs(session, *client, *wanted, view);
}

int run_events(Session& session, const Arguments& arguments) {
  protocol::QueryWriter query;
  query.add_flag("follow", arguments.has("--follow"));
  if (const auto tail = arguments.value("--tail")) {
    const Result<std::int64_t> lines = parse_tail(*tail);
    if (!lines) {
      (void)fail(session, lines.error());
      return exit_usage;
    }
    query.add("tail", std::to_string(*lines));
  }
  const std::unique_ptr<Client> client = open_daemon(session);
  if (client == nullptr) return exit_no_daemon;
  if (!arguments.has("--all")) {
    const Result<std::string> stack = choose_stack(session, *client);
    if (!stack) return fail(session, stack.error());
    query.add("stack", *stack);
  }
  const Style style = style_of(session);
  return print_lines(session, *client, "/v1/events" + query.text(), protocol::journal_entry_from_json,
                     [&](const JournalEntry& entry) { return event_text(entry, style); });
}

}  // namespace

Command logs_command() {
  Command command;
  command.name = "logs";
  command.group = CommandGroup::look;
  command.summary = "what the containers write";
  command.details =
      "Of each container, all of its runs. With --follow it goes on through restarts, new releases and a\n"
      "restart of stackd, until Ctrl-C.";
  command.operands = "[SERVICE...]";
  command.operands_max = any_number;
  command.options = {
      {"-f,--follow", "", "go on with what comes, also from containers that come later", {}, false},
      {"--since",
       "TIME",
       "from this moment on: 10m ago, 2026-01-02T15:04 (your own time zone), 2026-01-02T15:04:05Z",
       {},
       false},
      {"-n,--tail", "LINES", "only the last lines of each container", {}, false},
      {"--release",
       "N",
       "only of containers that this release made; of those that are gone the last 10 MiB are kept",
       {},
       false},
      {"-t,--timestamps", "", "begin each line with its time", {}, false},
  };
  command.examples = {{"stackctl logs -f web", "follow one service"},
                      {"stackctl logs --release 12 web", "what a release's own containers wrote"},
                      {"stackctl logs --since 10m --tail 100", "lately, of every service"}};
  command.run = run_logs;
  return command;
}

Command events_command() {
  Command command;
  command.name = "events";
  command.group = CommandGroup::look;
  command.summary = "the journal: every change of state with its cause";
  command.options = {
      {"-f,--follow", "", "go on with what comes", {}, false},
      {"-n,--tail", "LINES", "begin with so many of the last entries (100)", {}, false},
      {"-a,--all", "", "of every stack", {}, false},
  };
  command.examples = {{"stackctl events -f", "watch this folder's stack"},
                      {"stackctl events --all -n 20", ""}};
  command.run = run_events;
  return command;
}

}  // namespace stackd::cli
