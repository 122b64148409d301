// rollback, resume, cancel: the ways back, and on, of a deploy.
#include <algorithm>

#include "base/text.h"
#include "cli/ask.h"
#include "cli/choose.h"
#include "cli/commands.h"
#include "cli/follow.h"
#include "cli/release_number.h"

namespace stackd::cli {
namespace {

/// The stack that is meant, and the deploy of it that is on its way.
struct Found {
  std::unique_ptr<Client> client;
  std::string stack;
  std::optional<Deploy> deploy;
  int exit_code = exit_done;  // else what went wrong has been said
};

/// The one that a person's order reaches: of those that have not ended the oldest, for the others wait.
std::optional<Deploy> on_its_way(const std::vector<Deploy>& newest_first) {
  std::optional<Deploy> oldest;
  for (const Deploy& deploy : newest_first) {
    if (!is_final(deploy.state)) oldest = deploy;
  }
  return oldest;
}

Found find_deploy(Session& session) {
  Found found;
  found.client = open_daemon(session);
  found.exit_code = exit_no_daemon;
  if (found.client == nullptr) return found;
  const Result<std::string> stack = choose_stack(session, *found.client);
  if (!stack) {
    found.exit_code = fail(session, stack.error());
    return found;
  }
  found.stack = *stack;
  const Result<std::vector<Deploy>> deploys =
      ask(*found.client, stack_target(*stack, "/deploys"), protocol::deploys_from_json);
  found.exit_code = deploys ? static_cast<int>(exit_done) : fail(session, deploys.error());
  if (deploys) found.deploy = on_its_way(*deploys);
  return found;
}

int follow_or_say(Session& session, const Arguments& arguments, const Found& found,
                  const Followed& followed) {
  if (arguments.has("--detach")) return say_accepted(session, found.stack, followed);
  if (!session.global.json) {
    *session.out << "deploy " << followed.deploy_id << " of " << found.stack << "\n" << std::flush;
  }
  return follow_deploy(session, *found.client, followed);
}

int run_rollback(Session& session, const Arguments& arguments) {
  protocol::RollbackRequest request;
  request.force = arguments.has("--force");
  request.current_environment = arguments.has("--current-env");
  if (const std::optional<std::string> to = arguments.value("--to")) {
    const Result<std::int64_t> number = release_number(*to);
    if (!number) {
      (void)fail(session, number.error().while_doing("--to"));
      return exit_usage;
    }
    request.to = *number;
  }
  const Found found = find_deploy(session);
  if (found.exit_code != exit_done) return found.exit_code;
  const WallTime begun = session.now();
  const Result<json::value> accepted =
      found.client->post(stack_target(found.stack, "/rollback"), protocol::to_json(request));
  if (!accepted) return fail(session, accepted.error());
  const Result<std::string> deploy_id = protocol::deploy_id_from_json(*accepted);
  if (!deploy_id) return fail(session, deploy_id.error());
  Followed followed;
  followed.deploy_id = *deploy_id;
  // A paused deploy is rolled back by reverting it: no release is made.
  if (found.deploy && found.deploy->id == *deploy_id) {
    followed.wanted = DeployState::reverted;
    followed.since = begun;
  }
  return follow_or_say(session, arguments, found, followed);
}

/// An order about the deploy that is on its way.
int run_order(Session& session, const Arguments& arguments, const std::string& what, DeployState wanted) {
  const Found found = find_deploy(session);
  if (found.exit_code != exit_done) return found.exit_code;
  Followed followed;
  followed.wanted = wanted;
  followed.since = session.now();
  const Result<json::value> accepted =
      found.client->post(stack_target(found.stack, "/" + what), json::object());
  if (!accepted) return fail(session, accepted.error());
  if (!found.deploy) return exit_done;  // it came and went between the question and the order
  followed.deploy_id = found.deploy->id;
  return follow_or_say(session, arguments, found, followed);
}

int run_resume(Session& session, const Arguments& arguments) {
  return run_order(session, arguments, "resume", DeployState::live);
}

int run_cancel(Session& session, const Arguments& arguments) {
  return run_order(session, arguments, "cancel", DeployState::cancelled);
}

}  // namespace

Command rollback_command() {
  Command command;
  command.name = "rollback";
  command.group = CommandGroup::run;
  command.summary = "put an earlier release back";
  command.details =
      "Makes a new release that copies the one that was live before, or release N, from the record alone: no "
      "file\n"
      "is read, no tag is followed, no job is run and no migration undone. It is rolled out like a deploy, "
      "and\n"
      "two rollbacks in a row toggle. While a deploy is paused, rollback without --to reverts it. Refused "
      "when a job\n"
      "marked `x-stackd.migration: {reversible: false}` has run in between, unless --force says so; and when "
      "an image\n"
      "is gone and can't be pulled again. Variables and secrets go back with the release, and it says which, "
      "by name;\n"
      "--current-env keeps today's. `stackctl history` shows what can be returned to.";
  command.options = {
      {"--to", "N", "this release instead of the one before", {}, false},
      {"--force", "", "also over a migration that can't be undone", {}, false},
      {"--current-env", "", "variables and secrets stay as they are now", {}, false},
      {"-d,--detach", "", "return as soon as it is accepted", {}, false},
  };
  command.examples = {{"stackctl rollback", "what was live before"},
                      {"stackctl rollback --to 12", "a release of `stackctl history`"},
                      {"stackctl rollback --current-env", "with the password that was changed since"},
                      {"stackctl rollback -d --json", "for scripts: prints the deploy's id"}};
  command.run = run_rollback;
  return command;
}

Command resume_command() {
  Command command;
  command.name = "resume";
  command.group = CommandGroup::run;
  command.summary = "go on with a paused deploy";
  command.details =
      "What failed is tried again, and the rest is replaced. It succeeds only when the release is live.";
  command.options = {{"-d,--detach", "", "return as soon as it is accepted", {}, false}};
  command.examples = {{"stackctl resume", "after the reason of the pause is gone"}};
  command.run = run_resume;
  return command;
}

Command cancel_command() {
  Command command;
  command.name = "cancel";
  command.group = CommandGroup::run;
  command.summary = "give up the deploy that is on its way";
  command.details =
      "What it replaced is put back; a job that is running is waited for. With none on its way, the deploy "
      "that\n"
      "waits. It returns when the deploy has ended.";
  command.options = {{"-d,--detach", "", "return as soon as the order is accepted", {}, false}};
  command.examples = {{"stackctl cancel", ""}};
  command.run = run_cancel;
  return command;
}

}  // namespace stackd::cli
