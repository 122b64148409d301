#include "cli/render.h"

#include <algorithm>

#include "base/text.h"

namespace stackd::cli {
namespace {

using protocol::ContainerStatus;
using protocol::PlannedStep;
using protocol::ServiceStatus;
using protocol::StackStatus;

std::string notice(const std::string& text, Colour colour, const Style& style) {
  return coloured(text, colour, style.colours) + "\n";
}

std::string wish_words(StackWish wish) {
  switch (wish) {
    case StackWish::running:
      return "";
    case StackWish::created:
      return "created, not started";
    case StackWish::stopped:
      return "stopped";
    case StackWish::down:
      return "down";
    case StackWish::stopped_outside:
      return "stopped outside stackd; `stackctl start` starts it again";
  }
  return "";
}

std::string headline(const StackStatus& status, const Style& style) {
  std::string text = status.name;
  text += status.release == 0 ? ", nothing deployed yet" : ", release " + std::to_string(status.release);
  if (const std::string wish = wish_words(status.wish); !wish.empty()) text += ", " + wish;
  const bool tell_deploy =
      status.deploy && (!is_final(status.deploy->state) || status.deploy->state != DeployState::live);
  if (tell_deploy) text += "\n" + deploy_words(*status.deploy, style.now);
  return text + "\n";
}

// Of a deploy that has not become current it is not known whether it has what the files say by now.
bool is_on_its_way(const StackStatus& status) {
  return status.deploy && !is_final(status.deploy->state) && status.deploy->release != status.release;
}

std::string notices(const StackStatus& status, const Style& style) {
  std::string out;
  if (status.engine != protocol::EngineLink::connected) {
    std::string text = status.engine == protocol::EngineLink::away ? "the engine can't be reached"
                                                                   : "the engine is not connected yet";
    if (status.engine_error) text += ": " + harmless(*status.engine_error);
    const bool seen = std::any_of(status.services.begin(), status.services.end(),
                                  [](const ServiceStatus& service) { return !service.containers.empty(); });
    if (seen) text += "; what follows is what was seen last";
    out += notice(text, Colour::bad, style);
  }
  if (status.parked) {
    out += notice("parked, stackd does nothing more for this stack by itself: " + harmless(*status.parked),
                  Colour::bad, style);
  }
  if (status.hold) out += notice("held, nothing is deployed: " + harmless(*status.hold), Colour::busy, style);
  if (!status.file_changed) {
    out += notice("its files can't be read, or do not answer: whether they changed is not known",
                  Colour::busy, style);
  } else if (*status.file_changed && !is_on_its_way(status)) {
    out += notice("file changed, not deployed; `stackctl plan` shows what a deploy would do", Colour::busy,
                  style);
  }
  for (const std::string& warning : status.warnings) {
    out += notice("warning: " + harmless(warning), Colour::busy, style);
  }
  return out;
}

std::string health_words(HealthState health) {
  return health == HealthState::none ? "-" : std::string(to_string(health));
}

/// When the service has run since, by its newest running container; "-" when none runs.
std::string running_since(const std::vector<ContainerStatus>& containers, WallTime now) {
  std::optional<WallTime> since;
  for (const ContainerStatus& container : containers) {
    if (container.state != ContainerState::running || !container.started_at) continue;
    since = std::max(since.value_or(*container.started_at), *container.started_at);
  }
  return since ? age(*since, now) : "-";
}

std::string release_words(const std::vector<ContainerStatus>& containers) {
  std::vector<std::string> numbers;
  for (const ContainerStatus& container : containers) {
    const std::string number = container.release == 0 ? "-" : std::to_string(container.release);
    if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) numbers.push_back(number);
  }
  return numbers.empty() ? "-" : join(numbers, ",");
}

std::string why_words(const ServiceStatus& service, WallTime now) {
  std::vector<std::string> parts;
  if (service.why) parts.push_back(harmless(*service.why));
  if (service.changed_outside) parts.emplace_back("changed outside stackd");
  if (service.next_try) parts.push_back("next try in " + age(now, *service.next_try));
  return join(parts, "; ");
}

Row service_row(const ServiceStatus& service, const Style& style) {
  const Colour colour = state_colour(service.state);
  Row row;
  row.cells.push_back({service.name, Colour::plain});
  row.cells.push_back({state_words(service.state), colour});
  row.cells.push_back({health_words(service.health), Colour::plain});
  row.cells.push_back(
      {std::to_string(service.restarts), service.restarts > 0 ? Colour::busy : Colour::plain});
  row.cells.push_back({running_since(service.containers, style.now), Colour::plain});
  row.cells.push_back({release_words(service.containers), Colour::plain});
  row.cells.push_back({harmless(service.image), Colour::plain});
  if (const std::string why = why_words(service, style.now); !why.empty()) {
    row.note = "  " + coloured("-> " + why, colour, style.colours);
  }
  return row;
}

/// Without the part of an id that stands before the name of a replacement until its predecessor is gone.
std::string place_name(const std::string& name) {
  constexpr std::size_t digits = 12;
  const bool prefixed =
      name.size() > digits && name[digits] == '_' && name.find_first_not_of("0123456789abcdef") == digits;
  return prefixed ? name.substr(digits + 1) : name;
}

/// Two in one place are the old and the new one of a rollout.
std::string container_words(const ServiceStatus& service, const ContainerStatus& container) {
  for (const ContainerStatus& other : service.containers) {
    if (other.number != container.number || other.id == container.id) continue;
    const bool newer = container.created_at > other.created_at;
    return place_name(container.name) + (newer ? " (new)" : " (old)");
  }
  return container.name;
}

/// Beneath a service that has several.
Row container_row(const ServiceStatus& service, const ContainerStatus& container, const Style& style) {
  std::string state(to_string(container.state));
  if (container.state == ContainerState::exited && container.exit_code) {
    state += " (" + std::to_string(*container.exit_code) + ")";
  }
  Row row;
  row.cells.push_back({"  " + container_words(service, container), Colour::faint});
  row.cells.push_back({state, Colour::faint});
  row.cells.push_back({health_words(container.health), Colour::faint});
  row.cells.push_back({"", Colour::faint});
  row.cells.push_back({running_since({container}, style.now), Colour::faint});
  row.cells.push_back({release_words({container}), Colour::faint});
  row.cells.push_back({container.image, Colour::faint});
  return row;
}

bool is_well(ServiceState state) {
  return state == ServiceState::ready || state == ServiceState::running || state == ServiceState::job_done;
}

}  // namespace

Style style_of(const Session& session) {
  Style style;
  style.colours = session.terminal.colours;
  style.columns = static_cast<std::size_t>(std::max(0, session.terminal.columns));
  style.now = session.now();
  return style;
}

Colour state_colour(ServiceState state) {
  switch (state) {
    case ServiceState::ready:
    case ServiceState::running:
    case ServiceState::job_done:
      return Colour::good;
    case ServiceState::waiting:
    case ServiceState::starting:
    case ServiceState::stopping:
    case ServiceState::paused:
    case ServiceState::job_waiting:
    case ServiceState::job_running:
      return Colour::busy;
    case ServiceState::unhealthy:
    case ServiceState::crash_looping:
    case ServiceState::stopped_outside:
    case ServiceState::job_failed:
      return Colour::bad;
    case ServiceState::not_created:
    case ServiceState::created:
    case ServiceState::ended:
    case ServiceState::stopped:
    case ServiceState::unknown:
      return Colour::faint;
  }
  return Colour::plain;
}

std::string status_text(const StackStatus& status, const Style& style) {
  std::string out = headline(status, style) + notices(status, style);
  if (status.services.empty()) return out;
  std::vector<Row> rows;
  for (const ServiceStatus& service : status.services) {
    rows.push_back(service_row(service, style));
    if (service.containers.size() < 2) continue;
    for (const ContainerStatus& container : service.containers) {
      rows.push_back(container_row(service, container, style));
    }
    // The note belongs beneath the last of the service's rows.
    std::swap(rows[rows.size() - 1].note, rows[rows.size() - 1 - service.containers.size()].note);
  }
  return out + "\n" +
         table_text({"SERVICE", "STATE", "HEALTH", "RESTARTS", "AGE", "RELEASE", "IMAGE"}, {3, 5}, rows,
                    {style.colours, style.columns});
}

std::string stacks_text(const std::vector<StackStatus>& stacks, const Style& style) {
  if (stacks.empty()) return "stackd keeps no stack yet; `stackctl deploy` in a project's folder makes one\n";
  std::vector<Row> rows;
  for (const StackStatus& status : stacks) {
    const auto well = std::count_if(status.services.begin(), status.services.end(),
                                    [](const ServiceStatus& service) { return is_well(service.state); });
    const bool all = static_cast<std::size_t>(well) == status.services.size();
    Row row;
    row.cells.push_back({status.name, Colour::plain});
    row.cells.push_back({std::to_string(well) + "/" + std::to_string(status.services.size()) + " ready",
                         all ? Colour::good : Colour::busy});
    row.cells.push_back({status.release == 0 ? "-" : std::to_string(status.release), Colour::plain});
    std::string wish(to_string(status.wish));
    std::replace(wish.begin(), wish.end(), '_', ' ');
    row.cells.push_back({std::move(wish), Colour::plain});
    row.cells.push_back({status.working_dir, Colour::plain});
    rows.push_back(std::move(row));
  }
  return table_text({"STACK", "SERVICES", "RELEASE", "WISH", "FOLDER"}, {2}, rows,
                    {style.colours, style.columns});
}

std::string plan_text(const std::string& stack, const protocol::PlanReport& plan, const Style& style) {
  std::string out;
  for (const std::string& warning : plan.warnings) {
    out += notice("warning: " + harmless(warning), Colour::busy, style);
  }
  for (const std::string& obstacle : plan.obstacles) {
    out += notice("the deploy would be refused: " + harmless(obstacle), Colour::bad, style);
  }
  if (plan.steps.empty() && !plan.differs) return out + "nothing to do: " + stack + " is as its files say\n";
  if (plan.steps.empty()) {
    return out + "a new release, but no container changes: the difference is in what stackd keeps\n";
  }
  std::size_t width = 0;
  for (const PlannedStep& step : plan.steps) width = std::max(width, width_of(step.text));
  for (const PlannedStep& step : plan.steps) {
    out += "  " + harmless(step.text) + std::string(width - width_of(step.text) + 2, ' ') +
           coloured(harmless(step.cause), Colour::faint, style.colours) + "\n";
  }
  return out;
}

std::string log_text(const protocol::LogLine& line, std::size_t name_width, bool timestamps,
                     const Style& style) {
  const std::size_t width = width_of(line.container);
  std::string head = line.container + std::string(name_width > width ? name_width - width : 0, ' ') + " | ";
  if (timestamps && line.at) head += to_rfc3339(*line.at) + " ";
  // On a terminal too the container's own colours are wanted, so its text is left as it is.
  return coloured(head, line.error_stream ? Colour::bad : Colour::faint, style.colours) + line.text + "\n";
}

std::string event_text(const JournalEntry& entry, const Style& style) {
  std::string subject = entry.stack;
  if (!entry.service.empty()) subject += "/" + entry.service;
  return coloured(to_second(entry.at), Colour::faint, style.colours) + "  " + subject + "  " +
         harmless(entry.text) + "\n";
}

std::string why_text(const std::string& service, const std::vector<std::string>& sentences,
                     const Style& style) {
  std::string out = service + "\n";
  std::size_t depth = 1;
  for (const std::string& sentence : sentences) {
    const std::string indent(depth * 2, ' ');
    bool first = true;
    for (const std::string& line : split(sentence, '\n')) {
      out += indent + coloured(first ? "-> " : "   ", Colour::faint, style.colours) + harmless(line) + "\n";
      first = false;
    }
    ++depth;
  }
  return out;
}

}  // namespace stackd::cli
