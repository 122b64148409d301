#include <algorithm>

#include "base/text.h"
#include "cli/ask.h"
#include "cli/choose.h"
#include "cli/commands.h"
#include "cli/follow.h"
#include "cli/places.h"
#include "cli/render.h"

namespace stackd::cli {
namespace {

/// A service that was named and that the files don't enable.
std::optional<Error> missing_service(const compose::Project& project, const std::vector<std::string>& named) {
  std::vector<std::string> known;
  if (const compose::Node* services = project.model.find("services");
      services != nullptr && services->is_map()) {
    for (const compose::Entry& entry : services->as_map()) known.push_back(entry.key);
  }
  for (const std::string& name : named) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    if (project.disabled_services.find(name) != nullptr) {
      return Error{ErrorKind::invalid, "service " + name +
                                           " needs a service that none of its profiles enables; "
                                           "enable its profile with --profile"};
    }
    const std::string meant = nearest(name, known);
    return Error{ErrorKind::not_found, "the files have no service " + quote(name) +
                                           (meant.empty() ? "; they have " + join(known, ", ")
                                                          : ", did you mean " + quote(meant) + "?")};
  }
  return std::nullopt;
}

struct Prepared {
  protocol::DeployRequest request;
  std::optional<compose::Project> project;
  int exit_code = exit_done;  // else what was wrong has been said
};

/// --set NAME=VALUE and --unset NAME. Errors: invalid.
Result<VariableChanges> variable_changes(const Arguments& arguments) {
  VariableChanges changes;
  for (const std::string& text : arguments.values("--set")) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return Error{ErrorKind::invalid, "--set takes NAME=VALUE, not " + quote(text)};
    changes.set[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (const std::string& name : arguments.values("--unset")) {
    if (changes.set.contains(name))
      return Error{ErrorKind::invalid, name + " can't be set and unset at once"};
    changes.unset.insert(name);
  }
  return changes;
}

void warn_of_unused(Session& session, const compose::Project& project, const VariableChanges& changes) {
  for (const auto& [name, value] : changes.set) {
    const bool used = std::any_of(
        project.used_variables.begin(), project.used_variables.end(),
        [&wanted = name](const compose::UsedVariable& used_one) { return used_one.name == wanted; });
    if (!used) warn(session, "--set " + name + ": the files use no variable of that name");
  }
}

void warn_of_unset(Session& session, const LoadedForDeploy& loaded) {
  for (const std::string& name : loaded.unset_in_vain)
    warn(session, "--unset " + name + ": no variable of that name was given a value by --set");
}

Prepared prepare(Session& session, Client& client, const Arguments& arguments) {
  Prepared prepared;
  const Result<VariableChanges> changes = variable_changes(arguments);
  if (!changes) {
    prepared.exit_code = exit_usage;
    (void)fail(session, changes.error());
    return prepared;
  }
  std::optional<LoadedForDeploy> loaded =
      load_for_deploy(session, client, {*changes, arguments.operands, arguments.has("--moved")});
  if (!loaded) {
    prepared.exit_code = session.daemon_is_gone ? exit_no_daemon : exit_failed;
    return prepared;
  }
  if (const std::optional<Error> missing = missing_service(loaded->project, arguments.operands)) {
    prepared.exit_code = fail(session, *missing);
    return prepared;
  }
  warn_of_unused(session, loaded->project, *changes);
  warn_of_unset(session, *loaded);
  prepared.request = deploy_request(*loaded);
  prepared.request.services = arguments.operands;
  prepared.request.start = !arguments.has("--no-start");
  prepared.request.replace_files = arguments.has("--replace-files");
  prepared.request.moved = arguments.has("--moved");
  prepared.request.second_stack = arguments.has("--second-stack");
  prepared.project = std::move(loaded->project);
  return prepared;
}

/// A deploy waits for an engine that is away; who waits with it should know.
void warn_of_engine(Session& session, Client& client, const std::string& stack) {
  const Result<protocol::StackStatus> status = ask_status(client, stack);
  if (!status || status->engine != protocol::EngineLink::away) return;
  warn(session, "the engine can't be reached, the deploy waits for it: " +
                    harmless(status->engine_error.value_or("no reason is known")));
}

int run_deploy(Session& session, const Arguments& arguments) {
  const std::unique_ptr<Client> client = open_daemon(session);
  if (client == nullptr) return exit_no_daemon;
  const Prepared prepared = prepare(session, *client, arguments);
  if (prepared.exit_code != exit_done) return prepared.exit_code;
  const Result<json::value> accepted =
      client->post(stack_target(prepared.request.stack, "/deploys"), protocol::to_json(prepared.request));
  if (!accepted) return fail(session, accepted.error());
  const Result<std::string> deploy_id = protocol::deploy_id_from_json(*accepted);
  if (!deploy_id) return fail(session, deploy_id.error());
  Followed followed;
  followed.deploy_id = *deploy_id;
  followed.place = [&prepared](const std::string& cause) { return with_places(*prepared.project, cause); };
  if (arguments.has("--detach")) return say_accepted(session, prepared.request.stack, followed);
  if (!session.global.json) {
    *session.out << "deploy " << *deploy_id << " of " << prepared.request.stack << "\n" << std::flush;
  }
  warn_of_engine(session, *client, prepared.request.stack);
  return follow_deploy(session, *client, followed);
}

int run_plan(Session& session, const Arguments& arguments) {
  const std::unique_ptr<Client> client = open_daemon(session);
  if (client == nullptr) return exit_no_daemon;
  const Prepared prepared = prepare(session, *client, arguments);
  if (prepared.exit_code != exit_done) return prepared.exit_code;
  const Result<json::value> body =
      client->post(stack_target(prepared.request.stack, "/plan"), protocol::to_json(prepared.request));
  if (!body) return fail(session, body.error());
  Result<protocol::PlanReport> plan = protocol::plan_from_json(*body);
  if (!plan) return fail(session, plan.error());
  for (std::string& obstacle : plan->obstacles) obstacle = with_places(*prepared.project, obstacle);
  for (std::string& warning : plan->warnings) warning = with_places(*prepared.project, warning);
  if (session.global.json) {
    print_json(session, *body);
  } else {
    *session.out << plan_text(prepared.request.stack, *plan, style_of(session));
    for (const auto& [name, value] : prepared.request.source.set)
      *session.out << "set: " << harmless(name + "=" + value) << "\n";
  }
  return plan->steps.empty() && !plan->differs ? exit_done : exit_changes;
}

const std::vector<Option>& shared_options() {
  static const std::vector<Option> options = {
      {"--replace-files", "", "the stack may be kept from other files than before", {}, false},
      {"--moved", "", "the stack's folder has moved here", {}, false},
      {"--second-stack",
       "",
       "keep this folder under another name too, beside the stack that it is kept as",
       {},
       false},
      {"--set",
       "NAME=VALUE",
       "give a variable of the files a value; it stays until set again or unset",
       {},
       true},
      {"--unset", "NAME", "forget what --set gave to a variable", {}, true},
  };
  return options;
}

}  // namespace

Command deploy_command() {
  Command command;
  command.name = "deploy";
  command.alias = "up";
  command.group = CommandGroup::run;
  command.summary = "make what the files say live";
  command.details =
      "Reads the stack files with your environment, hands the result to stackd and shows what happens, "
      "service\n"
      "by service. It succeeds only when the stack is live. Ctrl-C detaches; the deploy goes on. With "
      "SERVICE\n"
      "only those and what they wait for are deployed, also if only a profile has them; later deploys keep "
      "them. "
      "A stack that is kept already is read from its own "
      "files\n"
      "unless -f names others.";
  command.operands = "[SERVICE...]";
  command.operands_max = any_number;
  command.options = {
      {"-d,--detach", "", "return as soon as the deploy is accepted", {}, false},
      {"--no-start",
       "",
       "for a stack that does not run: make networks, volumes and containers, start nothing",
       {},
       false},
  };
  command.options.insert(command.options.end(), shared_options().begin(), shared_options().end());
  command.examples = {
      {"stackctl up", "everything in this folder's stack file"},
      {"stackctl deploy web", "web and what it waits for"},
      {"stackctl deploy --set TAG=1.4", "with ${TAG} as 1.4, now and in later deploys"},
      {"stackctl -f compose.yaml -f prod.yaml deploy -d", "two files merged, without waiting"}};
  command.run = run_deploy;
  return command;
}

Command plan_command() {
  Command command;
  command.name = "plan";
  command.group = CommandGroup::look;
  command.summary = "what a deploy would do, every step with its cause";
  command.details = "Changes nothing. Exit code 0: there is nothing to do; 5: there is something to do.";
  command.operands = "[SERVICE...]";
  command.operands_max = any_number;
  command.options = shared_options();
  command.examples = {{"stackctl plan", "what `stackctl deploy` would do now"},
                      {"stackctl plan --json", "for scripts"}};
  command.run = run_plan;
  return command;
}

}  // namespace stackd::cli
