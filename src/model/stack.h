// One Compose project as it is desired. Plain data, bound from a canonical configuration; maps are keyed by
// the names that the file uses, and hold the names that the engine sees.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/service.h"

namespace stackd {

struct AddressPool {
  std::string subnet;
  std::string ip_range;
  std::string gateway;
  Options aux_addresses;
};

struct NetworkDefinition {
  std::string key;
  std::string name;  // on the engine
  std::string driver;
  Options driver_opts;
  std::string ipam_driver;
  std::vector<AddressPool> ipam_pools;
  Options ipam_options;
  bool external = false;
  bool internal = false;
  bool attachable = false;
  std::optional<bool> enable_ipv4;
  std::optional<bool> enable_ipv6;
  Labels labels;
  bool join_when_ready = false;  // x-stackd.join: ready
  std::string config_hash;
};

struct VolumeDefinition {
  std::string key;
  std::string name;  // on the engine
  std::string driver;
  Options driver_opts;
  bool external = false;
  Labels labels;
  std::string config_hash;
};

/// A secret or a config. Exactly one of the sources is set.
struct FileDefinition {
  std::string key;
  std::string name;
  std::string file;         // absolute path on the host
  std::string environment;  // name of a variable; its value is in content
  std::optional<std::string> content;
  bool external = false;
};

/// Where and how a stack was read; goes into Compose's labels, so that its tools find the project again.
struct StackSource {
  std::string working_dir;
  std::vector<std::string> config_files;
  std::vector<std::string> environment_files;  // only those that were named
  std::vector<std::string> profiles;
  std::vector<std::string> outside_profiles;  // services of the files that none of these takes in
};

/// An address that has to answer before a release is called live, asked as a visitor would.
struct Verify {
  std::string url;
  std::int64_t status = 200;
  Duration within = std::chrono::seconds(30);  // for its first right answer
  std::string resolve;                         // IP to connect to instead of what DNS says; "" asks DNS
};

struct StackExtension {
  Duration deadline = std::chrono::minutes(10);
  std::int64_t releases_keep = 5;
  std::int64_t releases_logs_bytes = 50LL * 1024 * 1024;
  std::vector<Verify> verify;
};

struct Stack {
  std::string name;
  StackSource source;
  std::map<std::string, Service> services;
  std::map<std::string, NetworkDefinition> networks;
  std::map<std::string, VolumeDefinition> volumes;
  std::map<std::string, FileDefinition> secrets;
  std::map<std::string, FileDefinition> configs;
  StackExtension extension;
};

/// A service that runs to its end: somebody waits for its completion, or it says so itself.
bool is_job(const Stack& stack, const Service& service);

/// Of a mode that shares another service's namespace (Compose Specification, network_mode, ipc, pid).
inline constexpr std::string_view service_prefix = "service:";

/// The service whose namespace `mode` shares ("service:X" → X), or "".
std::string shared_service(const std::string& mode);

/// The container of somebody else whose namespace `mode` shares ("container:X" → X), or "".
std::string shared_container(const std::string& mode);

/// Every one that `service` shares a namespace with (network, ipc, pid), without repeats.
std::vector<std::string> namespace_strangers(const Service& service);

/// Every service that `service` shares a namespace with (network, ipc, pid), without repeats.
std::vector<std::string> namespace_owners(const Service& service);

}  // namespace stackd
