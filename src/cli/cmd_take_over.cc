// adopt, hand-back, forget: what comes under stackd's care, and what leaves it.
#include "cli/ask.h"
#include "cli/choose.h"
#include "cli/commands.h"
#include "cli/render.h"

namespace stackd::cli {
namespace {

void print_list(std::ostream& out, const std::string& title, const std::vector<std::string>& names) {
  if (names.empty()) return;
  out << title << "\n";
  for (const std::string& name : names) out << "  " << harmless(name) << "\n";
}

void print_report(Session& session, const std::string& stack, const protocol::AdoptReport& report) {
  std::ostream& out = *session.out;
  out << stack << " is kept by stackd now, as release " << report.release << "\n";
  print_list(out, "untouched:", report.kept);
  print_list(out, "not as the files say, `stackctl deploy` would replace them:", report.differing);
  print_list(out,
             "made by an older Docker Compose, so that nobody can tell whether they are as the files say; "
             "`stackctl deploy` would replace them:",
             report.untold);
  print_list(out, "not running and left so, `stackctl start` starts them:", report.left_down);
  print_list(out, "of no service in the files, left alone:", report.orphans);
}

int run_adopt(Session& session, const Arguments& arguments) {
  const std::unique_ptr<Client> client = open_daemon(session);
  if (client == nullptr) return exit_no_daemon;
  const std::optional<LoadedForDeploy> loaded = load_for_deploy(session, *client, {});
  if (!loaded) return session.daemon_is_gone ? exit_no_daemon : exit_failed;
  const std::string& stack = loaded->project.name;
  protocol::DeployRequest request = deploy_request(*loaded);
  request.second_stack = arguments.has("--second-stack");
  const Result<json::value> body = client->post(stack_target(stack, "/adopt"), protocol::to_json(request));
  if (!body) return fail(session, body.error());
  const Result<protocol::AdoptReport> report = protocol::adopt_from_json(*body);
  if (!report) return fail(session, report.error());
  if (session.global.json) {
    print_json(session, *body);
  } else {
    print_report(session, stack, *report);
  }
  return exit_done;
}

/// Says what became of the stack, which is named in the sentence.
int let_go(Session& session, bool forget, const std::string& sentence) {
  const std::unique_ptr<Client> client = open_daemon(session);
  if (client == nullptr) return exit_no_daemon;
  const Result<std::string> stack = choose_stack(session, *client);
  if (!stack) return fail(session, stack.error());
  const Result<json::value> done = forget ? client->remove(stack_target(*stack))
                                          : client->post(stack_target(*stack, "/hand-back"), json::object());
  if (!done) return fail(session, done.error());
  if (session.global.json) {
    print_json(session, *done);
  } else {
    *session.out << *stack << sentence << "\n";
  }
  return exit_done;
}

int run_hand_back(Session& session, const Arguments&) {
  return let_go(
      session, false,
      " is handed back: its containers run on, with the restart policies of its files; stackd keeps it no "
      "more");
}

int run_forget(Session& session, const Arguments&) {
  return let_go(session, true, " is forgotten: its history is gone, what runs of it goes on");
}

}  // namespace

Command adopt_command() {
  Command command;
  command.name = "adopt";
  command.group = CommandGroup::take_over;
  command.summary = "take over a project that `docker compose up` started";
  command.details =
      "Containers whose configuration is right go on running, untouched; only the engine's restart policies "
      "are\n"
      "set to \"no\", because stackd restarts from now on. Jobs that have succeeded count as done.";
  command.options = {
      {"--second-stack",
       "",
       "keep this folder under another name too, beside the stack that it is kept as",
       {},
       false},
  };
  command.examples = {{"stackctl adopt", "the project of this folder"}};
  command.run = run_adopt;
  return command;
}

Command hand_back_command() {
  Command command;
  command.name = "hand-back";
  command.group = CommandGroup::take_over;
  command.summary = "give a stack back to Docker Compose";
  command.details =
      "Puts the restart policies of the files back on its containers, so that the engine starts them after "
      "a\n"
      "reboot, and stops keeping it. Containers, networks and volumes stay as they are. It is refused while\n"
      "one of them is being stopped: the engine goes on with that, whoever keeps the stack then.";
  command.examples = {{"stackctl hand-back", "the stack of this folder"}};
  command.run = run_hand_back;
  return command;
}

Command forget_command() {
  Command command;
  command.name = "forget";
  command.group = CommandGroup::take_over;
  command.summary = "stop keeping a stack and delete its history";
  command.details =
      "Containers that it still has are handed back first, as by `hand-back`: after the next reboot the "
      "engine\n"
      "starts them. Volumes stay.";
  command.examples = {{"stackctl down && stackctl forget", "remove it and forget it"}};
  command.run = run_forget;
  return command;
}

}  // namespace stackd::cli
