#include "protocol/wire.h"
#include "protocol/wire_values.h"

namespace stackd::protocol {
namespace {

using wire::Message;

template <typename Enum, std::size_t Count>
Enum one_of(const Enum (&values)[Count], std::string_view name, Enum otherwise) {
  for (const Enum value : values) {
    if (to_string(value) == name) return value;
  }
  return otherwise;
}

ContainerState container_state_from(std::string_view name) {
  constexpr ContainerState states[] = {
      ContainerState::created,  ContainerState::running, ContainerState::paused, ContainerState::restarting,
      ContainerState::removing, ContainerState::exited,  ContainerState::dead};
  return one_of(states, name, ContainerState::dead);
}

HealthState health_from(std::string_view name) {
  constexpr HealthState states[] = {HealthState::none, HealthState::starting, HealthState::healthy,
                                    HealthState::unhealthy};
  return one_of(states, name, HealthState::none);
}

json::value to_json(const ContainerStatus& container) {
  json::object out;
  out["id"] = container.id;
  out["name"] = container.name;
  out["number"] = container.number;
  out["state"] = to_string(container.state);
  out["health"] = to_string(container.health);
  out["image"] = container.image;
  out["image_id"] = container.image_id;
  out["release"] = wire::number_or_null(container.release);
  out["created_at"] = wire::moment(container.created_at);
  out["started_at"] = wire::moment_or_null(container.started_at);
  out["finished_at"] = wire::moment_or_null(container.finished_at);
  out["exit_code"] = nullptr;
  if (container.exit_code) out["exit_code"] = *container.exit_code;
  return out;
}

json::value to_json(const ServiceStatus& service) {
  json::object out;
  out["name"] = service.name;
  out["job"] = service.job;
  out["state"] = to_string(service.state);
  out["health"] = to_string(service.health);
  out["image"] = service.image;
  out["restarts"] = service.restarts;
  out["changed_outside"] = service.changed_outside;
  out["stuck"] = service.stuck;
  out["why"] = wire::text_or_null(service.why);
  out["next_try"] = wire::moment_or_null(service.next_try);
  json::array containers;
  for (const ContainerStatus& container : service.containers) containers.push_back(to_json(container));
  out["containers"] = std::move(containers);
  return out;
}

ContainerStatus read_container(Message& message, const JsonReader& reader) {
  ContainerStatus container;
  container.id = reader.text("id");
  container.name = reader.text("name");
  container.number = reader.integer("number");
  container.state = container_state_from(reader.text("state"));
  container.health = health_from(reader.text("health"));
  container.image = reader.text("image");
  container.image_id = reader.text("image_id");
  container.release = reader.integer("release");
  container.created_at = message.moment(reader, "created_at");
  container.started_at = message.optional_moment(reader, "started_at");
  container.finished_at = message.optional_moment(reader, "finished_at");
  container.exit_code = reader.optional_integer("exit_code");
  return container;
}

ServiceStatus read_service(Message& message, const JsonReader& reader) {
  ServiceStatus service;
  service.name = reader.text("name");
  service.job = reader.boolean("job");
  service.state = service_state_from(reader.text("state"));
  service.health = health_from(reader.text("health"));
  service.image = reader.text("image");
  service.restarts = reader.integer("restarts");
  service.changed_outside = reader.boolean("changed_outside");
  service.stuck = reader.boolean("stuck");
  service.why = reader.optional_text("why");
  service.next_try = message.optional_moment(reader, "next_try");
  for (const JsonReader& container : reader.objects("containers")) {
    service.containers.push_back(read_container(message, container));
  }
  return service;
}

}  // namespace

json::value to_json(const StackStatus& status) {
  json::object out;
  out["name"] = status.name;
  out["wish"] = to_string(status.wish);
  out["release"] = wire::number_or_null(status.release);
  out["deploy"] = nullptr;
  if (status.deploy) out["deploy"] = to_json(*status.deploy);
  out["engine"] = to_string(status.engine);
  out["engine_error"] = wire::text_or_null(status.engine_error);
  out["file_changed"] = nullptr;
  if (status.file_changed) out["file_changed"] = *status.file_changed;
  out["hold"] = wire::text_or_null(status.hold);
  out["parked"] = wire::text_or_null(status.parked);
  out["working_dir"] = status.working_dir;
  out["config_files"] = wire::texts(status.config_files);
  out["environment_files"] = wire::texts(status.environment_files);
  out["profiles"] = wire::texts(status.profiles);
  out["warnings"] = wire::texts(status.warnings);
  json::array services;
  for (const ServiceStatus& service : status.services) services.push_back(to_json(service));
  out["services"] = std::move(services);
  return out;
}

Result<StackStatus> stack_status_from_json(const json::value& body) {
  Message message(body, "status");
  const JsonReader& top = message.top;
  StackStatus status;
  status.name = top.text("name");
  status.wish = stack_wish_from(top.text("wish"));
  status.release = top.integer("release");
  if (const json::value* deploy = top.raw("deploy")) {
    Result<Deploy> read = deploy_from_json(*deploy);
    if (!read) return read.error();
    status.deploy = *std::move(read);
  }
  status.engine = engine_link_from(top.text("engine"));
  status.engine_error = top.optional_text("engine_error");
  status.file_changed.reset();
  if (top.raw("file_changed") != nullptr) status.file_changed = top.boolean("file_changed");
  status.hold = top.optional_text("hold");
  status.parked = top.optional_text("parked");
  status.working_dir = top.text("working_dir");
  status.config_files = top.texts("config_files");
  status.environment_files = top.texts("environment_files");
  status.profiles = top.texts("profiles");
  status.warnings = top.texts("warnings");
  for (const JsonReader& service : top.objects("services")) {
    status.services.push_back(read_service(message, service));
  }
  if (Result<void> read = message.finish(); !read.ok()) return read.error();
  return status;
}

json::value to_json(const std::vector<StackStatus>& stacks) {
  json::array list;
  for (const StackStatus& status : stacks) list.push_back(to_json(status));
  json::object out;
  out["stacks"] = std::move(list);
  return out;
}

Result<std::vector<StackStatus>> stacks_from_json(const json::value& body) {
  const JsonReader reader(body, "stacks");
  const json::value* list = reader.raw("stacks");
  if (list == nullptr || !list->is_array()) return Error{ErrorKind::invalid, "stacks: a list is expected"};
  std::vector<StackStatus> stacks;
  for (const json::value& item : list->get_array()) {
    Result<StackStatus> status = stack_status_from_json(item);
    if (!status) return status.error();
    stacks.push_back(*std::move(status));
  }
  return stacks;
}

}  // namespace stackd::protocol
