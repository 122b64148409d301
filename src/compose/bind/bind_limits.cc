#include "compose/bind/bind_parts.h"

namespace stackd::compose {
namespace {

// The canonical form writes Path, Weight and Rate large.
ConfigValue either(const ConfigValue& field, std::string_view large, std::string_view small) {
  ConfigValue found = field[large];
  return found.is_set() ? found : field[small];
}

std::vector<ThrottleDevice> bind_throttles(const ConfigValue& field) {
  std::vector<ThrottleDevice> devices;
  for (const ConfigValue& item : field.items())
    devices.push_back({either(item, "Path", "path").text(), either(item, "Rate", "rate").integer()});
  return devices;
}

void bind_block_io(const ConfigValue& field, Service& service) {
  if (!field.is_set()) return;
  BlockIo block_io;
  block_io.weight = field["weight"].integer();
  for (const ConfigValue& item : field["weight_device"].items())
    block_io.weight_devices.push_back(
        {either(item, "Path", "path").text(), either(item, "Weight", "weight").integer()});
  block_io.read_bps = bind_throttles(field["device_read_bps"]);
  block_io.read_iops = bind_throttles(field["device_read_iops"]);
  block_io.write_bps = bind_throttles(field["device_write_bps"]);
  block_io.write_iops = bind_throttles(field["device_write_iops"]);
  service.block_io = std::move(block_io);
}

void bind_processor(const ConfigValue& field, Service& service) {
  service.cpus = field["cpus"].real();
  service.cpu_count = field["cpu_count"].integer();
  service.cpu_percent = field["cpu_percent"].real();
  service.cpu_shares = field["cpu_shares"].integer();
  service.cpu_period = field["cpu_period"].integer();
  service.cpu_quota = field["cpu_quota"].integer();
  service.cpu_rt_period = field["cpu_rt_period"].integer();
  service.cpu_rt_runtime = field["cpu_rt_runtime"].integer();
  service.cpuset = field["cpuset"].text();
}

void bind_memory(const ConfigValue& field, Service& service) {
  service.memory_bytes = field["mem_limit"].integer();
  service.memory_reservation_bytes = field["mem_reservation"].integer();
  service.memory_swap_bytes = field["memswap_limit"].integer();
  service.memory_swappiness = field["mem_swappiness"].integer();
  service.shm_size_bytes = field["shm_size"].integer();
  service.oom_kill_disable = field["oom_kill_disable"].boolean();
  service.oom_score_adj = field["oom_score_adj"].integer();
}

void bind_deploy_resources(const ConfigValue& resources, Service& service) {
  const ConfigValue limits = resources["limits"];
  if (double cpus = limits["cpus"].real(); cpus != 0) service.cpus = cpus;
  if (std::int64_t bytes = limits["memory"].integer(); bytes != 0) service.memory_bytes = bytes;
  if (std::int64_t pids = limits["pids"].integer(); pids > 0) service.pids_limit = pids;
  if (std::int64_t bytes = resources["reservations"]["memory"].integer(); bytes != 0)
    service.memory_reservation_bytes = bytes;
}

}  // namespace

void bind_limits(const ConfigValue& field, Service& service) {
  bind_processor(field, service);
  bind_memory(field, service);
  service.pids_limit = field["pids_limit"].integer();
  bind_deploy_resources(field["deploy"]["resources"], service);
  bind_block_io(field["blkio_config"], service);
  for (const auto& [name, limit] : field["ulimits"].entries()) {
    service.ulimits[name] = limit.is_map() ? Ulimit{limit["soft"].integer(), limit["hard"].integer()}
                                           : Ulimit{limit.integer(), limit.integer()};
  }
}

}  // namespace stackd::compose
