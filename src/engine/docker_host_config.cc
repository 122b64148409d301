#include "engine/docker_host_config.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/text.h"
#include "engine/seccomp.h"

namespace stackd::engine {
namespace {

void put_text(json::object& object, std::string_view key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

void put_number(json::object& object, std::string_view key, std::int64_t number) {
  if (number != 0) object[key] = number;
}

void put_texts(json::object& object, std::string_view key, const std::vector<std::string>& texts) {
  if (!texts.empty()) object[key] = text_array(texts);
}

void put_map(json::object& object, std::string_view key, const std::map<std::string, std::string>& texts) {
  if (!texts.empty()) object[key] = text_object(texts);
}

/// As Docker's own clients send them: upper case, with prefix, sorted, once.
std::vector<std::string> capabilities(const std::vector<std::string>& words) {
  std::set<std::string> names;
  for (const std::string& word : words) {
    std::string name;
    for (const char letter : word) {
      name += static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    }
    if (name != "ALL" && !starts_with(name, "CAP_")) name.insert(0, "CAP_");
    names.insert(std::move(name));
  }
  return {names.begin(), names.end()};
}

Result<void> add_security_options(json::object& host, const Service& service,
                                  const std::map<std::string, std::string>& seccomp_profiles) {
  json::array options;
  for (const std::string& option : service.security_opt) {
    if (option == "systempaths=unconfined") {
      host["MaskedPaths"] = json::array{};
      host["ReadonlyPaths"] = json::array{};
      continue;
    }
    const bool has_value = option.find_first_of("=:") != std::string::npos;
    if (!has_value && option != "no-new-privileges") {
      return Error{ErrorKind::invalid, "service " + service.name + ": security_opt " + quote(option) +
                                           " is not understood: write name=value"};
    }
    const auto profile = seccomp_profiles.find(seccomp_path(option));
    options.emplace_back(profile == seccomp_profiles.end() ? option : "seccomp=" + profile->second);
  }
  if (!options.empty()) host["SecurityOpt"] = std::move(options);
  return {};
}

json::array throttle_list(const std::vector<ThrottleDevice>& devices) {
  json::array list;
  for (const ThrottleDevice& device : devices) {
    list.push_back(json::object{{"Path", device.path}, {"Rate", device.rate}});
  }
  return list;
}

void add_block_io(json::object& host, const BlockIo& block_io) {
  put_number(host, "BlkioWeight", block_io.weight);
  if (!block_io.weight_devices.empty()) {
    json::array list;
    for (const WeightDevice& device : block_io.weight_devices) {
      list.push_back(json::object{{"Path", device.path}, {"Weight", device.weight}});
    }
    host["BlkioWeightDevice"] = std::move(list);
  }
  const auto put = [&host](std::string_view key, const std::vector<ThrottleDevice>& devices) {
    if (!devices.empty()) host[key] = throttle_list(devices);
  };
  put("BlkioDeviceReadBps", block_io.read_bps);
  put("BlkioDeviceReadIOps", block_io.read_iops);
  put("BlkioDeviceWriteBps", block_io.write_bps);
  put("BlkioDeviceWriteIOps", block_io.write_iops);
}

void add_processor(json::object& host, const Service& service) {
  put_number(host, "CpuCount", service.cpu_count);
  put_number(host, "CpuPeriod", service.cpu_period);
  put_number(host, "CpuQuota", service.cpu_quota);
  put_number(host, "CpuRealtimePeriod", service.cpu_rt_period);
  put_number(host, "CpuRealtimeRuntime", service.cpu_rt_runtime);
  put_number(host, "CpuShares", service.cpu_shares);
  put_text(host, "CpusetCpus", service.cpuset);
  // Compose multiplies in single precision, which shows in the last digits.
  put_number(host, "NanoCpus", static_cast<std::int64_t>(static_cast<float>(service.cpus) * 1e9F));
  put_number(host, "CpuPercent", static_cast<std::int64_t>(static_cast<float>(service.cpu_percent) * 100.0F));
}

void add_memory(json::object& host, const Service& service) {
  put_number(host, "Memory", service.memory_bytes);
  put_number(host, "MemorySwap", service.memory_swap_bytes);
  put_number(host, "MemorySwappiness", service.memory_swappiness);
  put_number(host, "MemoryReservation", service.memory_reservation_bytes);
  put_number(host, "ShmSize", service.shm_size_bytes);
  put_number(host, "PidsLimit", service.pids_limit);
  put_number(host, "OomScoreAdj", service.oom_score_adj);
  host["OomKillDisable"] = service.oom_kill_disable;
}

bool is_name_part(std::string_view text, std::string_view extra, bool digit_first) {
  const auto is_alpha = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty()) return false;
  if (!is_alpha(text.front()) && !(digit_first && is_digit(text.front()))) return false;
  if (!is_alpha(text.back()) && !is_digit(text.back())) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alpha(c) || is_digit(c) || extra.find(c) != std::string_view::npos;
  });
}

/// The Container Device Interface's `vendor.com/class=name`.
bool is_cdi_name(std::string_view name) {
  const std::size_t slash = name.find('/');
  const std::size_t equals = name.find('=');
  if (slash == std::string_view::npos || equals == std::string_view::npos || equals < slash) return false;
  return is_name_part(name.substr(0, slash), "_.-", false) &&
         is_name_part(name.substr(slash + 1, equals - slash - 1), "_-", false) &&
         is_name_part(name.substr(equals + 1), "_.:-", true);
}

json::object device_request(const DeviceRequest& request) {
  json::object object;
  put_text(object, "Driver", request.driver);
  put_number(object, "Count", request.count);
  put_texts(object, "DeviceIDs", request.device_ids);
  if (!request.capabilities.empty()) object["Capabilities"] = json::array{text_array(request.capabilities)};
  put_map(object, "Options", request.options);
  return object;
}

void add_devices(json::object& host, const Service& service) {
  json::array devices;
  std::vector<std::string> cdi_names;
  for (const DeviceMapping& device : service.devices) {
    if (device.source == device.target && is_cdi_name(device.source)) {
      cdi_names.push_back(device.source);
      continue;
    }
    devices.push_back(json::object{{"PathOnHost", device.source},
                                   {"PathInContainer", device.target},
                                   {"CgroupPermissions", device.permissions}});
  }
  json::array requests;
  for (const DeviceRequest& request : service.device_requests) requests.push_back(device_request(request));
  if (!cdi_names.empty()) {
    requests.push_back(json::object{{"Driver", "cdi"}, {"DeviceIDs", text_array(cdi_names)}});
  }
  if (!devices.empty()) host["Devices"] = std::move(devices);
  if (!requests.empty()) host["DeviceRequests"] = std::move(requests);
  put_texts(host, "DeviceCgroupRules", service.device_cgroup_rules);
}

void add_ulimits(json::object& host, const Service& service) {
  if (service.ulimits.empty()) return;
  json::array list;
  for (const auto& [name, limit] : service.ulimits) {
    list.push_back(json::object{{"Name", name}, {"Hard", limit.hard}, {"Soft", limit.soft}});
  }
  host["Ulimits"] = std::move(list);
}

void add_ports(json::object& host, const Service& service) {
  json::object bindings;
  for (const PortMapping& port : service.ports) {
    const std::string key = std::to_string(port.target) + "/" + port.protocol;
    json::value& list = bindings[key];
    if (!list.is_array()) list = json::array{};
    list.get_array().push_back(json::object{{"HostIp", port.host_ip}, {"HostPort", port.published}});
  }
  // Also when empty, as Compose does: the engine shows the difference.
  host["PortBindings"] = std::move(bindings);
}

void add_names(json::object& host, const Service& service) {
  put_texts(host, "Dns", service.dns);
  put_texts(host, "DnsOptions", service.dns_options);
  put_texts(host, "DnsSearch", service.dns_search);
  json::array hosts;
  for (const auto& [name, addresses] : service.extra_hosts) {
    for (const std::string& address : addresses) hosts.emplace_back(name + ":" + address);
  }
  host["ExtraHosts"] = std::move(hosts);
}

void add_isolation(json::object& host, const Service& service) {
  if (service.privileged) host["Privileged"] = true;
  if (service.read_only) host["ReadonlyRootfs"] = true;
  if (service.init) host["Init"] = *service.init;
  put_texts(host, "CapAdd", capabilities(service.cap_add));
  put_texts(host, "CapDrop", capabilities(service.cap_drop));
  put_texts(host, "GroupAdd", service.group_add);
  put_text(host, "UTSMode", service.uts);
  put_text(host, "UsernsMode", service.userns_mode);
  put_text(host, "CgroupnsMode", service.cgroup);
  put_text(host, "CgroupParent", service.cgroup_parent);
  put_text(host, "Isolation", service.isolation);
  put_text(host, "Runtime", service.runtime);
  put_map(host, "Sysctls", service.sysctls);
  put_map(host, "StorageOpt", service.storage_opt);
}

void add_tmpfs(json::object& host, const Service& service) {
  json::object tmpfs;
  for (const std::string& entry : service.tmpfs) {
    const std::size_t colon = entry.find(':');
    const std::string options = colon == std::string::npos ? "" : entry.substr(colon + 1);
    tmpfs[entry.substr(0, colon)] = options;
  }
  if (!tmpfs.empty()) host["Tmpfs"] = std::move(tmpfs);
}

}  // namespace

json::array text_array(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

json::object text_object(const std::map<std::string, std::string>& texts) {
  json::object object;
  for (const auto& [key, text] : texts) object[key] = text;
  return object;
}

Result<void> add_host_config(json::object& host, const Service& service,
                             const CreateSurroundings& surroundings) {
  Result<void> secured = add_security_options(host, service, surroundings.seccomp_profiles);
  if (!secured) return secured;
  add_isolation(host, service);
  add_processor(host, service);
  add_memory(host, service);
  add_ulimits(host, service);
  add_devices(host, service);
  add_ports(host, service);
  add_names(host, service);
  add_tmpfs(host, service);
  if (service.block_io) add_block_io(host, *service.block_io);
  if (surroundings.api >= api_annotations) put_map(host, "Annotations", service.annotations);
  if (service.logging) {
    json::object logging;
    put_text(logging, "Type", service.logging->driver);
    put_map(logging, "Config", service.logging->options);
    host["LogConfig"] = std::move(logging);
  }
  return {};
}

}  // namespace stackd::engine
