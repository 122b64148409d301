#include "engine/docker_read.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "base/text.h"
#include "engine/docker_health.h"
#include "model/identity.h"

namespace stackd::engine {
namespace {

Result<json::value> parse(std::string_view body, std::string_view what) {
  Result<json::value> parsed = parse_json(body);
  if (!parsed) return parsed.error().while_doing(what);
  return parsed;
}

/// Reads an answer that is an array of objects with `read_one`, whose errors come out of its reader.
template <typename T>
Result<std::vector<T>> read_list(const json::value& list, std::string_view what,
                                 T (*read_one)(const JsonReader&)) {
  std::vector<T> all;
  if (list.is_null()) return all;  // Go's empty list
  if (!list.is_array()) return Error{ErrorKind::invalid, std::string(what) + ": a list is expected"};
  for (const json::value& element : list.get_array()) {
    const JsonReader reader(element, what);
    all.push_back(read_one(reader));
    Result<void> finished = reader.finish();
    if (!finished) return finished.error();
  }
  return all;
}

template <typename T>
Result<T> read_one_object(std::string_view body, std::string_view what, T (*read_one)(const JsonReader&)) {
  Result<json::value> parsed = parse(body, what);
  if (!parsed) return parsed.error();
  const JsonReader reader(*parsed, what);
  T one = read_one(reader);
  Result<void> finished = reader.finish();
  if (!finished) return finished.error();
  return one;
}

ContainerState state_from(std::string_view word) {
  if (word == "running" || word == "stopping") return ContainerState::running;
  if (word == "paused") return ContainerState::paused;
  if (word == "restarting") return ContainerState::restarting;
  if (word == "removing") return ContainerState::removing;
  // The second word is Podman's.
  if (word == "exited" || word == "stopped") return ContainerState::exited;
  if (word == "dead") return ContainerState::dead;
  return ContainerState::created;
}

Labels labels_of(const JsonReader& reader, std::string_view key) {
  return reader.text_map(key);
}

std::string label_of(const Labels& labels, std::string_view key) {
  const auto found = labels.find(std::string(key));
  return found == labels.end() ? "" : found->second;
}

Environment environment_of(const std::vector<std::string>& list) {
  Environment environment;
  for (const std::string& entry : list) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos) {
      environment[entry] = std::nullopt;
    } else {
      environment[entry.substr(0, equals)] = entry.substr(equals + 1);
    }
  }
  return environment;
}

std::string restart_policy_of(const JsonReader& host) {
  const JsonReader policy = host.object("RestartPolicy");
  const std::string name = policy.text("Name");
  if (name.empty()) return "no";
  const std::int64_t attempts = policy.integer("MaximumRetryCount");
  return attempts > 0 ? name + ":" + std::to_string(attempts) : name;
}

void read_state(const JsonReader& state, ObservedContainer& container) {
  container.state = state_from(state.text("Status"));
  read_health(state.object("Health"), container);
  container.exit_code = state.integer("ExitCode");
  container.oom_killed = state.boolean("OOMKilled");
  container.error = state.text("Error");
  container.pid = state.integer("Pid");
  container.started_at = moment(state, "StartedAt");
  container.finished_at = moment(state, "FinishedAt");
}

void read_config(const JsonReader& config, ObservedContainer& container) {
  container.image_reference = config.text("Image");
  container.labels = labels_of(config, "Labels");
  container.health_check = health_check_of(config);
  container.environment = environment_of(config.texts("Env"));
  container.shell = config.texts("Shell");
  container.user = config.text("User");
  container.stop_timeout_seconds = config.optional_integer("StopTimeout");
  // Podman gives the signal's number.
  const json::value* signal = config.raw("StopSignal");
  if (signal != nullptr && signal->is_string()) container.stop_signal = signal->get_string();
  if (signal != nullptr && signal->is_int64()) container.stop_signal = std::to_string(signal->get_int64());
}

void read_mounts(const JsonReader& reader, ObservedContainer& container) {
  for (const JsonReader& entry : reader.objects("Mounts")) {
    ObservedMount mount;
    mount.type = entry.text("Type");
    mount.name = entry.text("Name");
    mount.source = entry.text("Source");
    mount.target = entry.text("Destination");
    mount.read_write = entry.boolean("RW", true);
    container.mounts.push_back(std::move(mount));
  }
}

void read_networks(const JsonReader& settings, ObservedContainer& container) {
  for (const auto& [name, entry] : settings.object_map("Networks")) {
    ObservedEndpoint endpoint;
    endpoint.network_id = entry.text("NetworkID");
    endpoint.aliases = entry.texts("Aliases");
    endpoint.ip_address = entry.text("IPAddress");
    container.networks.emplace(name, std::move(endpoint));
  }
}

void read_compose_labels(ObservedContainer& container) {
  container.project = label_of(container.labels, label::project);
  container.service = label_of(container.labels, label::service);
  container.config_hash = label_of(container.labels, label::config_hash);
  container.hook = label_of(container.labels, label::hook);
  container.oneoff = label_of(container.labels, label::oneoff) == "True" || !container.hook.empty();
  const std::string number = label_of(container.labels, label::container_number);
  std::from_chars(number.data(), number.data() + number.size(), container.number);
}

std::string without_slash(std::string name) {
  if (starts_with(name, "/")) name.erase(0, 1);
  return name;
}

ObservedContainer container_of(const JsonReader& reader) {
  ObservedContainer container;
  container.id = reader.text("Id");
  container.name = without_slash(reader.text("Name"));
  container.image_id = reader.text("Image");
  container.platform = reader.text("Platform");
  container.created_at = moment(reader, "Created");
  read_state(reader.object("State"), container);
  read_config(reader.object("Config"), container);
  const JsonReader host = reader.object("HostConfig");
  container.restart_policy = restart_policy_of(host);
  container.network_mode = host.text("NetworkMode");
  container.ipc_mode = host.text("IpcMode");
  container.pid_mode = host.text("PidMode");
  container.memory_limit_bytes = std::max<std::int64_t>(host.integer("Memory"), 0);
  container.processes_max = std::max<std::int64_t>(host.integer("PidsLimit"), 0);
  read_networks(reader.object("NetworkSettings"), container);
  read_mounts(reader, container);
  read_compose_labels(container);
  return container;
}

/// A list tells the health only in its text for people: "Up 2 minutes (health: starting)".
HealthState health_in(std::string_view status) {
  const auto says = [status](std::string_view text) { return status.find(text) != std::string_view::npos; };
  if (says("(healthy)")) return HealthState::healthy;
  if (says("(unhealthy)")) return HealthState::unhealthy;
  return says("(health: starting)") ? HealthState::starting : HealthState::none;
}

ContainerSummary summary_of(const JsonReader& reader) {
  ContainerSummary summary;
  summary.id = reader.text("Id");
  const std::vector<std::string> names = reader.texts("Names");
  // Links give a container further names, with a slash inside.
  for (const std::string& name : names) {
    const std::string plain = without_slash(name);
    if (plain.find('/') == std::string::npos) summary.name = plain;
  }
  const Labels labels = labels_of(reader, "Labels");
  summary.project = label_of(labels, label::project);
  summary.service = label_of(labels, label::service);
  summary.state = state_from(reader.text("State"));
  summary.health = health_in(reader.text("Status"));
  return summary;
}

std::vector<TakenPort> ports_of(const JsonReader& reader) {
  const ContainerSummary summary = summary_of(reader);
  std::vector<TakenPort> ports;
  for (const JsonReader& entry : reader.objects("Ports")) {
    TakenPort port;
    port.address = entry.text("IP");
    port.port = entry.integer("PublicPort");
    port.protocol = entry.text("Type");
    port.container = summary.name;
    port.project = summary.project;
    if (port.port > 0) ports.push_back(std::move(port));
  }
  return ports;
}

std::string root_folder_of(const JsonReader& reader) {
  return reader.text("DockerRootDir");
}

ObservedNetwork network_of(const JsonReader& reader) {
  ObservedNetwork network;
  network.id = reader.text("Id");
  network.name = reader.text("Name");
  network.labels = labels_of(reader, "Labels");
  network.internal = reader.boolean("Internal");
  for (const JsonReader& range : reader.object("IPAM").objects("Config"))
    network.subnets.push_back(range.text("Subnet"));
  for (const auto& [id, container] : reader.object_map("Containers")) {
    NetworkMember& member = network.containers[id];
    member.name = container.text("Name");
    for (const std::string_view key : {"IPv4Address", "IPv6Address"}) {
      const std::string address = container.text(key);
      if (!address.empty()) member.addresses.push_back(address.substr(0, address.find('/')));
    }
  }
  return network;
}

ObservedVolume volume_of(const JsonReader& reader) {
  ObservedVolume volume;
  volume.name = reader.text("Name");
  volume.labels = labels_of(reader, "Labels");
  volume.driver = reader.text("Driver");
  return volume;
}

ObservedImage image_of(const JsonReader& reader) {
  ObservedImage image;
  image.id = reader.text("Id");
  if (image.id.find(':') == std::string::npos && !image.id.empty()) image.id.insert(0, "sha256:");
  image.tags = reader.texts("RepoTags");
  image.digests = reader.texts("RepoDigests");
  image.os = reader.text("Os");
  image.architecture = reader.text("Architecture");
  const JsonReader config = reader.object("Config");
  image.health_check = health_check_of(config);
  for (const auto& entry : config.object_map("Volumes")) image.volumes.push_back(entry.first);
  image.shell = config.texts("Shell");
  image.user = config.text("User");
  return image;
}

EngineVersion version_of(const JsonReader& reader) {
  EngineVersion version;
  version.version = reader.text("Version");
  version.api_newest = reader.text("ApiVersion");
  version.api_oldest = reader.text("MinAPIVersion");
  version.os = reader.text("Os");
  version.architecture = reader.text("Arch");
  return version;
}

ExecState exec_of(const JsonReader& reader) {
  ExecState state;
  state.running = reader.boolean("Running");
  state.exit_code = reader.integer("ExitCode");
  return state;
}

bool tty_of(const JsonReader& reader) {
  return reader.object("Config").boolean("Tty");
}

std::string log_driver_of(const JsonReader& reader) {
  return reader.object("HostConfig").object("LogConfig").text("Type");
}

std::string id_of(const JsonReader& reader) {
  return reader.text("Id");
}

}  // namespace

Result<EngineVersion> read_version(std::string_view body) {
  return read_one_object(body, "engine version", version_of);
}

Result<std::vector<ContainerSummary>> read_container_list(std::string_view body) {
  constexpr std::string_view what = "list of containers";
  Result<json::value> parsed = parse(body, what);
  if (!parsed) return parsed.error();
  return read_list(*parsed, what, summary_of);
}

Result<std::vector<TakenPort>> read_published_ports(std::string_view body) {
  constexpr std::string_view what = "list of containers";
  Result<json::value> parsed = parse(body, what);
  if (!parsed) return parsed.error();
  Result<std::vector<std::vector<TakenPort>>> lists = read_list(*parsed, what, ports_of);
  if (!lists) return lists.error();
  std::vector<TakenPort> all;
  for (std::vector<TakenPort>& ports : *lists) all.insert(all.end(), ports.begin(), ports.end());
  return all;
}

Result<std::string> read_root_folder(std::string_view body) {
  return read_one_object(body, "what the engine says of itself", root_folder_of);
}

Result<ObservedContainer> read_container(std::string_view body) {
  return read_one_object(body, "container", container_of);
}

Result<bool> read_container_tty(std::string_view body) {
  return read_one_object(body, "container", tty_of);
}

Result<std::string> read_container_log_driver(std::string_view body) {
  return read_one_object(body, "container", log_driver_of);
}

Result<std::vector<ObservedNetwork>> read_network_list(std::string_view body) {
  constexpr std::string_view what = "list of networks";
  Result<json::value> parsed = parse(body, what);
  if (!parsed) return parsed.error();
  return read_list(*parsed, what, network_of);
}

Result<ObservedNetwork> read_network(std::string_view body) {
  return read_one_object(body, "network", network_of);
}

Result<std::vector<ObservedVolume>> read_volume_list(std::string_view body) {
  constexpr std::string_view what = "list of volumes";
  Result<json::value> parsed = parse(body, what);
  if (!parsed) return parsed.error();
  const JsonReader reader(*parsed, what);
  Result<void> finished = reader.finish();
  if (!finished) return finished.error();
  const json::value* list = reader.raw("Volumes");
  if (list == nullptr) return std::vector<ObservedVolume>{};
  return read_list(*list, what, volume_of);
}

Result<ObservedVolume> read_volume(std::string_view body) {
  return read_one_object(body, "volume", volume_of);
}

Result<ObservedImage> read_image(std::string_view body) {
  return read_one_object(body, "image", image_of);
}

Result<ExecState> read_exec(std::string_view body) {
  return read_one_object(body, "exec session", exec_of);
}

Result<std::string> read_id(std::string_view body) {
  Result<std::string> id = read_one_object(body, "answer to a create call", id_of);
  if (!id) return id;
  if (id->empty()) return Error{ErrorKind::invalid, "answer to a create call: it names no id"};
  return id;
}

}  // namespace stackd::engine
