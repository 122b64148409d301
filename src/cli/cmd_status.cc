#include "base/text.h"
#include "cli/ask.h"
#include "cli/choose.h"
#include "cli/commands.h"
#include "cli/render.h"

namespace stackd::cli {
namespace {

constexpr auto watch_every = std::chrono::seconds(1);

int print_stacks(Session& session, const std::vector<protocol::StackStatus>& stacks) {
  if (session.global.json) {
    print_json(session, protocol::to_json(stacks));
  } else {
    *session.out << stacks_text(stacks, style_of(session));
  }
  return exit_done;
}

void print_status(Session& session, const protocol::StackStatus& status) {
  if (session.global.json) {
    print_json(session, protocol::to_json(status));
  } else {
    *session.out << status_text(status, style_of(session));
  }
}

/// On a terminal the same place again and again; else a new status each time it differs.
int watch(Session& session, Client& client, const std::string& stack) {
  client.catch_interrupts();
  std::string last;
  while (!client.interrupted()) {
    const Result<protocol::StackStatus> status = ask_status(client, stack);
    if (client.interrupted()) break;
    if (!status && status.error().kind == ErrorKind::not_found) return fail(session, status.error());
    std::string text;
    if (status) {
      text = session.global.json ? to_text(protocol::to_json(*status)) + "\n"
                                 : status_text(*status, style_of(session));
    } else {
      text = "stackctl: " + status.error().message + "\n";
    }
    if (session.terminal.interactive && !session.global.json) {
      *session.out << "\x1b[H\x1b[2J" << text << std::flush;
    } else if (text != last) {
      *session.out << text << std::flush;
    }
    last = text;
    if (!client.pause(watch_every)) break;
  }
  return exit_done;
}

int run_status(Session& session, const Arguments& arguments) {
  const std::unique_ptr<Client> client = open_daemon(session);
  if (client == nullptr) return exit_no_daemon;
  const bool unnamed = session.global.project_name.empty();
  if (unnamed && (arguments.has("--all") || !has_project_here(session))) {
    const Result<std::vector<protocol::StackStatus>> stacks =
        ask(*client, "/v1/stacks", protocol::stacks_from_json);
    if (!stacks) return fail(session, stacks.error());
    if (arguments.has("--all")) return print_stacks(session, *stacks);
  }
  const Result<std::string> stack = choose_stack(session, *client);
  if (!stack && stack.error().kind == ErrorKind::conflict) {
    const Result<std::vector<protocol::StackStatus>> stacks =
        ask(*client, "/v1/stacks", protocol::stacks_from_json);
    if (!stacks) return fail(session, stacks.error());
    return print_stacks(session, *stacks);
  }
  if (!stack) return fail(session, stack.error());
  if (arguments.has("--watch")) return watch(session, *client, *stack);
  const Result<protocol::StackStatus> status = ask_status(*client, *stack);
  if (!status) return fail(session, status.error());
  print_status(session, *status);
  return exit_done;
}

int run_why(Session& session, const Arguments& arguments) {
  const std::unique_ptr<Client> client = open_daemon(session);
  if (client == nullptr) return exit_no_daemon;
  const Result<std::string> stack = choose_stack(session, *client);
  if (!stack) return fail(session, stack.error());
  const std::string& service = arguments.operands.front();
  const std::string target = stack_target(*stack, "/services/" + protocol::percent_encode(service) + "/why");
  const Result<json::value> body = client->get(target);
  if (!body) return fail(session, body.error());
  const Result<std::vector<std::string>> sentences = protocol::why_from_json(*body);
  if (!sentences) return fail(session, sentences.error());
  if (session.global.json) {
    print_json(session, *body);
  } else {
    *session.out << why_text(service, *sentences, style_of(session));
  }
  return exit_done;
}

}  // namespace

Command status_command() {
  Command command;
  command.name = "status";
  command.alias = "ps";
  command.group = CommandGroup::look;
  command.summary = "services, their state and why something is not ready";
  command.details =
      "One row a service, in the order in which they start. Beneath a service that is not as it should be "
      "stands\n"
      "the reason; `stackctl why SERVICE` tells the whole story.";
  command.options = {
      {"-w,--watch", "", "go on showing it until Ctrl-C", {}, false},
      {"-a,--all", "", "every stack that stackd keeps, a row each", {}, false},
  };
  command.examples = {{"stackctl status", "the stack of this folder"},
                      {"stackctl ps --watch", ""},
                      {"stackctl -p shop status --json", "for scripts"}};
  command.run = run_status;
  return command;
}

Command why_command() {
  Command command;
  command.name = "why";
  command.group = CommandGroup::look;
  command.summary = "why a service is not ready, from cause to cause";
  command.details =
      "What it waits for, what that waits for, what failed last and the last lines that it wrote.";
  command.operands = "SERVICE";
  command.operands_min = 1;
  command.operands_max = 1;
  command.examples = {{"stackctl why web", ""}};
  command.run = run_why;
  return command;
}

}  // namespace stackd::cli
