// history, show: the releases of a stack, and one of them whole.
#include "cli/ask.h"
#include "cli/choose.h"
#include "cli/commands.h"
#include "cli/history.h"
#include "cli/release_number.h"
#include "cli/show.h"

namespace stackd::cli {
namespace {

Result<History> ask_history(Client& client, const std::string& stack) {
  const Result<protocol::StackStatus> status = ask_status(client, stack);
  if (!status) return status.error();
  Result<std::vector<Release>> releases =
      ask(client, stack_target(stack, "/releases"), protocol::releases_from_json);
  if (!releases) return releases.error();
  Result<std::vector<Deploy>> deploys =
      ask(client, stack_target(stack, "/deploys"), protocol::deploys_from_json);
  if (!deploys) return deploys.error();
  Result<std::vector<protocol::WayBack>> ways =
      ask(client, stack_target(stack, "/ways-back"), protocol::ways_back_from_json);
  if (!ways) return ways.error();
  History history;
  history.stack = stack;
  history.current = status->release;
  history.releases = *std::move(releases);
  history.deploys = *std::move(deploys);
  history.ways_back = *std::move(ways);
  return history;
}

std::string release_target(const std::string& stack, std::int64_t number) {
  return stack_target(stack, "/releases/" + std::to_string(number));
}

/// `number` 0: the current one.
Result<ReleaseStory> ask_story(Client& client, const std::string& stack, std::int64_t number) {
  Result<History> history = ask_history(client, stack);
  if (!history) return history.error();
  if (number == 0) number = history->current;
  if (number == 0) return Error{ErrorKind::not_found, stack + " has no release yet"};
  ReleaseStory story;
  story.history = *std::move(history);
  Result<Release> release = ask(client, release_target(stack, number), protocol::release_from_json);
  if (!release) return release.error();
  story.release = *std::move(release);
  Result<std::vector<JobRun>> jobs =
      ask(client, release_target(stack, number) + "/jobs", protocol::job_runs_from_json);
  if (!jobs) return jobs.error();
  story.jobs = *std::move(jobs);
  const std::int64_t before = compared_with(story.history, number);
  if (before == 0) return story;
  Result<Release> former = ask(client, release_target(stack, before), protocol::release_from_json);
  if (!former) return former.error();
  story.before = *std::move(former);
  return story;
}

int run_history(Session& session, const Arguments& arguments) {
  const std::unique_ptr<Client> client = open_daemon(session);
  if (client == nullptr) return exit_no_daemon;
  const Result<std::string> stack = choose_stack(session, *client);
  if (!stack) return fail(session, stack.error());
  const Result<History> history = ask_history(*client, *stack);
  if (!history) return fail(session, history.error());
  const bool all = arguments.has("--all");
  if (session.global.json) {
    print_json(session, history_json(*history, all));
  } else {
    *session.out << history_text(*history, all, style_of(session));
  }
  return exit_done;
}

int run_show(Session& session, const Arguments& arguments) {
  std::int64_t wanted = 0;
  if (!arguments.operands.empty()) {
    const Result<std::int64_t> number = release_number(arguments.operands.front());
    if (!number) {
      (void)fail(session, number.error());
      return exit_usage;
    }
    wanted = *number;
  }
  const std::unique_ptr<Client> client = open_daemon(session);
  if (client == nullptr) return exit_no_daemon;
  const Result<std::string> stack = choose_stack(session, *client);
  if (!stack) return fail(session, stack.error());
  Result<ReleaseStory> story = ask_story(*client, *stack, wanted);
  if (!story) return fail(session, story.error());
  if (!arguments.has("--secrets")) hide_secrets(*story);
  if (session.global.json) {
    print_json(session, show_json(*story));
  } else {
    *session.out << show_text(*story, style_of(session));
  }
  return exit_done;
}

}  // namespace

Command history_command() {
  Command command;
  command.name = "history";
  command.group = CommandGroup::look;
  command.summary = "the releases, what became of them and what they changed";
  command.details =
      "Newest first. A release is made when something differs from the current one: the configuration, an "
      "image,\n"
      "the contents of a file that a service reads. `current` is what is kept up; `live before` was it "
      "once;\n"
      "which of the last ten of those can be returned to stands at the end. Changes are counted from the "
      "release\n"
      "that ran when it was made.";
  command.options = {{"-a,--all",
                      "",
                      "also attempts that made no release: failed early, superseded, nothing to do",
                      {},
                      false}};
  command.examples = {{"stackctl history", ""},
                      {"stackctl history --all --json", "for scripts, with causes and last words"}};
  command.run = run_history;
  return command;
}

Command show_command() {
  Command command;
  command.name = "show";
  command.group = CommandGroup::look;
  command.summary = "one release whole, and how it differs from the one that ran before it";
  command.details =
      "Without N the current one. Values of environment keys that look secret (PASSWORD, SECRET, TOKEN, KEY "
      "and the\n"
      "like, or an address with a password in it) are shown as (hidden), in JSON too, unless --secrets is "
      "given.";
  command.operands = "[N]";
  command.operands_max = 1;
  command.options = {{"--secrets", "", "show values that look secret", {}, false}};
  command.examples = {{"stackctl show", "what is current"}, {"stackctl show 12", "a release of `history`"}};
  command.run = run_show;
  return command;
}

}  // namespace stackd::cli
