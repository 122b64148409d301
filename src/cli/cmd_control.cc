// start, stop, restart, down: orders about what is kept already.
#include <algorithm>
#include <map>
#include <set>

#include "cli/ask.h"
#include "cli/choose.h"
#include "cli/commands.h"
#include "cli/follow.h"

namespace stackd::cli {
namespace {

using protocol::ContainerStatus;
using protocol::ServiceStatus;
using protocol::StackStatus;

enum class Progress { arrived, on_its_way, failed };

bool is_meant(const std::vector<std::string>& services, const ServiceStatus& service) {
  return services.empty() || std::find(services.begin(), services.end(), service.name) != services.end();
}

Progress starting_progress(const ServiceStatus& service) {
  if (service.stuck) return Progress::failed;
  switch (service.state) {
    case ServiceState::ready:
    case ServiceState::running:
    case ServiceState::job_done:
    case ServiceState::ended:
      return Progress::arrived;
    case ServiceState::stopped:  // its scale is 0, or somebody else stopped it meanwhile
      return service.containers.empty() ? Progress::arrived : Progress::failed;
    case ServiceState::crash_looping:
    case ServiceState::job_failed:
    case ServiceState::paused:
    case ServiceState::stopped_outside:
      return Progress::failed;
    case ServiceState::not_created:
    case ServiceState::created:
    case ServiceState::waiting:
    case ServiceState::starting:
    case ServiceState::stopping:
    case ServiceState::unhealthy:
    case ServiceState::job_waiting:
    case ServiceState::job_running:
    case ServiceState::unknown:
      return Progress::on_its_way;
  }
  return Progress::on_its_way;
}

bool is_alive(const ServiceStatus& service) {
  return std::any_of(
      service.containers.begin(), service.containers.end(), [](const ContainerStatus& container) {
        return container.state != ContainerState::created && container.state != ContainerState::exited &&
               container.state != ContainerState::dead;
      });
}

/// Starts of containers, to tell a container from the one of before.
std::set<std::pair<std::string, WallTime>> starts_of(const ServiceStatus& service) {
  std::set<std::pair<std::string, WallTime>> starts;
  for (const ContainerStatus& container : service.containers) {
    if (container.started_at) starts.emplace(container.id, *container.started_at);
  }
  return starts;
}

/// Nothing while one of those that are meant is on its way; failed if one of them has failed.
std::optional<ExitCode> all_arrived(const StackStatus& status, const std::vector<std::string>& services,
                                    Progress (*progress_of)(const ServiceStatus&)) {
  bool failed = false;
  for (const ServiceStatus& service : status.services) {
    if (!is_meant(services, service)) continue;
    const Progress progress = progress_of(service);
    if (progress == Progress::on_its_way) return std::nullopt;
    failed = failed || progress == Progress::failed;
  }
  return failed ? exit_failed : exit_done;
}

std::optional<ExitCode> all_started(const StackStatus& status, const std::vector<std::string>& services) {
  return all_arrived(status, services, starting_progress);
}

Progress stopping_progress(const ServiceStatus& service) {
  if (!is_alive(service)) return Progress::arrived;
  return service.stuck ? Progress::failed : Progress::on_its_way;
}

Progress removing_progress(const ServiceStatus& service) {
  if (service.containers.empty()) return Progress::arrived;
  return service.stuck ? Progress::failed : Progress::on_its_way;
}

struct Ordered {
  std::unique_ptr<Client> client;
  StackStatus before;
  std::string stack;
  int exit_code = exit_done;  // else what went wrong has been said
};

/// Finds the stack, looks at it, sends the order.
Ordered order(Session& session, const std::string& what, const json::value& body) {
  Ordered ordered;
  ordered.client = open_daemon(session);
  ordered.exit_code = exit_no_daemon;
  if (ordered.client == nullptr) return ordered;
  const Result<std::string> stack = choose_stack(session, *ordered.client);
  if (!stack) {
    ordered.exit_code = fail(session, stack.error());
    return ordered;
  }
  ordered.stack = *stack;
  const Result<StackStatus> before = ask_status(*ordered.client, *stack);
  if (!before) {
    ordered.exit_code = fail(session, before.error());
    return ordered;
  }
  ordered.before = *before;
  const Result<json::value> accepted = ordered.client->post(stack_target(*stack, "/" + what), body);
  ordered.exit_code = accepted ? static_cast<int>(exit_done) : fail(session, accepted.error());
  return ordered;
}

json::value services_body(const Arguments& arguments) {
  protocol::ServicesRequest request;
  request.services = arguments.operands;
  return protocol::to_json(request);
}

int run_start(Session& session, const Arguments& arguments) {
  const Ordered ordered = order(session, "start", services_body(arguments));
  if (ordered.exit_code != exit_done || arguments.has("--detach")) return ordered.exit_code;
  return follow_services(
      session, *ordered.client, ordered.stack, arguments.operands,
      [&arguments](const StackStatus& status) { return all_started(status, arguments.operands); });
}

int run_stop(Session& session, const Arguments& arguments) {
  const Ordered ordered = order(session, "stop", services_body(arguments));
  if (ordered.exit_code != exit_done || arguments.has("--detach")) return ordered.exit_code;
  return follow_services(session, *ordered.client, ordered.stack, arguments.operands,
                         [&arguments](const StackStatus& status) {
                           return all_arrived(status, arguments.operands, stopping_progress);
                         });
}

int run_restart(Session& session, const Arguments& arguments) {
  const Ordered ordered = order(session, "restart", services_body(arguments));
  if (ordered.exit_code != exit_done || arguments.has("--detach")) return ordered.exit_code;
  std::map<std::string, std::set<std::pair<std::string, WallTime>>> before;
  for (const ServiceStatus& service : ordered.before.services) {
    if (!service.job && is_meant(arguments.operands, service) && is_alive(service)) {
      before[service.name] = starts_of(service);
    }
  }
  return follow_services(session, *ordered.client, ordered.stack, arguments.operands,
                         [&](const StackStatus& status) -> std::optional<ExitCode> {
                           for (const ServiceStatus& service : status.services) {
                             const auto old = before.find(service.name);
                             if (old == before.end() || service.stuck) continue;
                             for (const auto& start : starts_of(service)) {
                               if (old->second.contains(start)) return std::nullopt;
                             }
                           }
                           return all_started(status, arguments.operands);
                         });
}

int run_down(Session& session, const Arguments& arguments) {
  protocol::DownRequest request;
  request.volumes = arguments.has("--volumes");
  const Ordered ordered = order(session, "down", protocol::to_json(request));
  if (ordered.exit_code != exit_done || arguments.has("--detach")) return ordered.exit_code;
  return follow_services(session, *ordered.client, ordered.stack, {}, [](const StackStatus& status) {
    return all_arrived(status, {}, removing_progress);
  });
}

Command services_command(const std::string& name, const std::string& summary) {
  Command command;
  command.name = name;
  command.group = CommandGroup::run;
  command.summary = summary;
  command.operands = "[SERVICE...]";
  command.operands_max = any_number;
  command.options = {{"-d,--detach", "", "return as soon as the order is accepted", {}, false}};
  return command;
}

}  // namespace

Command start_command() {
  Command command = services_command("start", "start what was stopped, in order");
  command.details =
      "Undoes `stop` and `down`, and a stop that somebody made outside stackd. Without SERVICE the whole "
      "stack.\n"
      "Returns when the services are ready, or when one of them has failed: it crash-loops, the engine "
      "refuses\n"
      "to make or start it time after time, or what it waits for is down.";
  command.examples = {{"stackctl start", "the whole stack"}, {"stackctl start worker", "one service"}};
  command.run = run_start;
  return command;
}

Command stop_command() {
  Command command = services_command("stop", "stop services and keep them stopped");
  command.details =
      "What depends on others stops before them. It stays stopped over restarts of stackd and of the host, "
      "until\n"
      "`stackctl start`. Containers, networks and volumes stay.";
  command.examples = {{"stackctl stop", "the whole stack"}, {"stackctl stop worker bot", "two services"}};
  command.run = run_stop;
  return command;
}

Command restart_command() {
  Command command = services_command("restart", "stop and start again, in order");
  command.details =
      "Touches what is named (and what shares its namespaces), or every service; what was stopped is "
      "started.\n"
      "What depends on others stops before them and starts after them. Jobs that are done are not run again.";
  command.examples = {{"stackctl restart web", ""}};
  command.run = run_restart;
  return command;
}

Command down_command() {
  Command command;
  command.name = "down";
  command.group = CommandGroup::run;
  command.summary = "remove containers and networks, keep volumes and history";
  command.details =
      "The stack stays known to stackd and stays down over reboots; `stackctl start` or a deploy brings it "
      "back.\n"
      "With --volumes the data in the stack's own volumes is gone for good; external volumes are never "
      "removed.";
  command.options = {{"-v,--volumes", "", "remove the stack's volumes and their data too", {}, false},
                     {"-d,--detach", "", "return as soon as the order is accepted", {}, false}};
  command.examples = {{"stackctl down", ""}, {"stackctl -p shop down --volumes", "with all its data"}};
  command.run = run_down;
  return command;
}

}  // namespace stackd::cli
