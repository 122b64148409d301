// One Compose service as it is desired: the canonical configuration, typed. Plain data; where a rule of the
// Compose Specification decides a value, the loader has applied it already. Deploy-time words (pull policy,
// build) are kept as far as stackd acts on them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/position.h"
#include "base/time.h"
#include "model/hash_dialect.h"

namespace stackd {

using Labels = std::map<std::string, std::string>;
/// KEY → value; no value: the engine is told the bare key, which means "unset" (Compose's null).
using Environment = std::map<std::string, std::optional<std::string>>;
using Options = std::map<std::string, std::string>;

enum class DependencyCondition { started, healthy, completed };
/// As the Compose Specification spells it: "service_healthy".
std::string_view to_string(DependencyCondition condition);

struct Dependency {
  DependencyCondition condition = DependencyCondition::started;
  bool restart = false;  // restarts with what it depends on
  bool required = true;  // false: its absence is a warning
};

/// The health check of the Compose file. An absent value is the image's, then the engine's default
/// (interval 30s, timeout 30s, retries 3, start_period 0s).
struct HealthCheck {
  bool disabled = false;
  std::vector<std::string> test;  // as the engine takes it: CMD …, CMD-SHELL …, NONE; empty: the image's
  std::optional<Duration> interval;
  std::optional<Duration> timeout;
  std::optional<Duration> start_period;
  std::optional<Duration> start_interval;
  std::optional<std::int64_t> retries;
};

enum class RestartCondition { no, on_failure, always, unless_stopped };

struct RestartPolicy {
  RestartCondition condition = RestartCondition::no;
  std::int64_t attempts_max = 0;   // on_failure only; 0: no limit
  std::optional<Duration> delay;   // deploy.restart_policy
  std::optional<Duration> window;  // how long it must run to count as a success
};

struct PortMapping {
  std::string host_ip;
  std::int64_t target = 0;
  std::string published;  // "", a port or a range "8000-8010"
  std::string protocol = "tcp";
};

enum class MountType { bind, volume, tmpfs, image, npipe, cluster };

struct Mount {
  MountType type = MountType::volume;
  std::string source;  // host path, key of a volume of the stack, image; empty: anonymous volume
  std::string target;
  bool read_only = false;
  std::string consistency;
  struct Bind {
    std::string selinux;
    std::string propagation;
    bool create_host_path = false;
    std::string recursive;
  };
  struct Volume {
    Labels labels;
    bool nocopy = false;
    std::string subpath;
  };
  struct Tmpfs {
    std::int64_t size_bytes = 0;
    std::int64_t mode = 0;
  };
  std::optional<Bind> bind;
  std::optional<Volume> volume;
  std::optional<Tmpfs> tmpfs;
  std::string image_subpath;
};

/// A secret or config mounted into the service.
struct FileReference {
  std::string source;  // key of the stack's secret or config
  std::string target;
  std::string uid;
  std::string gid;
  std::optional<std::int64_t> mode;
};

/// The service's place on one network.
struct NetworkAttachment {
  bool declared = false;  // false: the file says null or only lists the name; then no IPAM is sent
  std::vector<std::string> aliases;
  std::string ipv4_address;
  std::string ipv6_address;
  std::vector<std::string> link_local_ips;
  std::string mac_address;
  std::string interface_name;
  Options driver_opts;
  std::int64_t priority = 0;
  std::int64_t gateway_priority = 0;
};

struct DeviceMapping {
  std::string source;
  std::string target;
  std::string permissions;
};

struct DeviceRequest {
  std::string driver;
  std::int64_t count = 0;  // -1: all
  std::vector<std::string> device_ids;
  std::vector<std::string> capabilities;
  Options options;
};

struct Ulimit {
  std::int64_t soft = 0;
  std::int64_t hard = 0;
};

struct WeightDevice {
  std::string path;
  std::int64_t weight = 0;
};

struct ThrottleDevice {
  std::string path;
  std::int64_t rate = 0;
};

struct BlockIo {
  std::int64_t weight = 0;
  std::vector<WeightDevice> weight_devices;
  std::vector<ThrottleDevice> read_bps;
  std::vector<ThrottleDevice> read_iops;
  std::vector<ThrottleDevice> write_bps;
  std::vector<ThrottleDevice> write_iops;
};

struct Hook {
  std::vector<std::string> command;
  std::string image;  // pre_start only
  std::string user;
  bool privileged = false;
  std::string working_dir;
  Environment environment;
};

struct Logging {
  std::string driver;
  Options options;
};

enum class UpdateOrder { unset, stop_first, start_first };
enum class FailureAction { unset, rollback, pause, keep_going };

/// deploy.update_config or deploy.rollback_config.
struct UpdateConfig {
  UpdateOrder order = UpdateOrder::unset;
  std::int64_t parallelism = 1;  // 0: all at once
  Duration delay = Duration::zero();
  Duration monitor = std::chrono::seconds(5);
  FailureAction failure_action = FailureAction::unset;
  double failure_ratio_max = 0;
};

struct Reload {
  std::vector<std::string> command;
  std::string signal;
};

struct PreDeploy {
  std::vector<std::string> command;
  std::optional<Duration> timeout;
};

/// What only stackd reads: `services.X.x-stackd`.
struct ServiceExtension {
  bool job = false;
  std::optional<Duration> timeout;
  std::optional<PreDeploy> pre_deploy;
  bool singleton = false;
  bool migration_reversible = true;
  bool probe_by_engine = false;
  std::optional<Reload> reload;
};

struct Service {
  std::string name;
  Position position;  // where the file defines it; empty when read back from a release

  // what runs
  std::string image;  // never empty: `<project>-<service>` when the file only builds
  bool builds = false;
  std::string build_context;
  std::string pull_policy;
  std::string platform;
  std::optional<std::vector<std::string>> command;  // absent: the image's; empty: none
  std::optional<std::vector<std::string>> entrypoint;
  std::string working_dir;
  std::string user;
  Environment environment;
  Labels labels;
  Labels annotations;
  std::vector<std::string> expose;
  bool tty = false;
  bool stdin_open = false;
  std::optional<bool> init;
  std::string runtime;

  // how it is kept
  std::string container_name;
  std::int64_t scale = 1;
  std::map<std::string, Dependency> depends_on;
  std::optional<HealthCheck> health_check;
  RestartPolicy restart;
  /// The `restart` word or deploy.restart_policy as the engine would get it ("always", "on-failure:3");
  /// used when a stack is handed back.
  std::string engine_restart;
  std::optional<Duration> stop_grace_period;
  std::string stop_signal;
  std::vector<Hook> pre_start;
  std::vector<Hook> post_start;
  std::vector<Hook> pre_stop;
  UpdateConfig update;
  UpdateConfig rollback;
  bool replicated_job = false;  // deploy.mode
  ServiceExtension extension;

  // where it is connected
  std::string network_mode;  // "", host, none, bridge, service:X, container:X …
  std::map<std::string, NetworkAttachment> networks;
  std::vector<PortMapping> ports;
  std::string hostname;
  std::string domainname;
  std::string mac_address;
  std::vector<std::string> dns;
  std::vector<std::string> dns_options;
  std::vector<std::string> dns_search;
  std::map<std::string, std::vector<std::string>> extra_hosts;
  std::vector<std::string> links;
  std::vector<std::string> external_links;

  // what it sees
  std::vector<Mount> mounts;
  std::vector<std::string> tmpfs;  // "/path" or "/path:options"
  std::vector<std::string> volumes_from;
  std::vector<FileReference> secrets;
  std::vector<FileReference> configs;
  std::vector<DeviceMapping> devices;
  std::vector<DeviceRequest> device_requests;
  std::vector<std::string> device_cgroup_rules;
  bool use_api_socket = false;

  // what it may do
  bool privileged = false;
  bool read_only = false;
  std::vector<std::string> cap_add;
  std::vector<std::string> cap_drop;
  std::vector<std::string> group_add;
  std::vector<std::string> security_opt;
  std::string ipc;
  std::string pid;
  std::string uts;
  std::string userns_mode;
  std::string cgroup;
  std::string cgroup_parent;
  std::string isolation;
  Options sysctls;
  Options storage_opt;
  std::map<std::string, Ulimit> ulimits;

  // how much of the machine it gets; 0 or empty: no limit
  double cpus = 0;
  std::int64_t cpu_count = 0;
  double cpu_percent = 0;
  std::int64_t cpu_shares = 0;
  std::int64_t cpu_period = 0;
  std::int64_t cpu_quota = 0;
  std::int64_t cpu_rt_period = 0;
  std::int64_t cpu_rt_runtime = 0;
  std::string cpuset;
  std::int64_t memory_bytes = 0;
  std::int64_t memory_reservation_bytes = 0;
  std::int64_t memory_swap_bytes = 0;
  std::int64_t memory_swappiness = 0;
  std::int64_t shm_size_bytes = 0;
  std::int64_t pids_limit = 0;
  bool oom_kill_disable = false;
  std::int64_t oom_score_adj = 0;
  std::optional<BlockIo> block_io;
  std::optional<Logging> logging;

  /// What Compose hashes into the label config-hash, with references to other services left open; see
  /// model/fingerprint.h.
  std::string hash_text;
  std::map<HashDialect, HashText> hash_texts;  // of other dialects, where they differ or are not certain
};

}  // namespace stackd
