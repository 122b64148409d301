#include "decide/deploy/preflight.h"

#include <algorithm>

#include "base/text.h"
#include "decide/deploy/early_reach.h"
#include "decide/deploy/preflight_contents.h"
#include "decide/deploy/preflight_memory.h"
#include "decide/deploy/preflight_ports.h"
#include "decide/picture/strangers.h"
#include "decide/picture/wanted.h"
#include "decide/replace/compare.h"
#include "decide/replace/renewal.h"
#include "decide/replace/replica.h"
#include "decide/replace/update_order.h"
#include "model/fingerprint.h"
#include "model/identity.h"

namespace stackd::decide {
namespace {

class Check {
 public:
  Check(const State& next, const Desired* former, const Fingerprints& recorded, const Surroundings& around)
      : next_(next), stack_(*next.desired.stack), former_(former), recorded_(recorded), around_(around) {}

  Preflight run() {
    check_space();
    check_external();
    check_renewals();
    tell_kept();
    for (const auto& [name, service] : stack_.services) {
      if (service.scale == 0 || !is_wanted(next_, name)) continue;
      for (std::string& obstacle : port_obstacles(next_, former_, around_, service))
        refuse(std::move(obstacle));
      check_names(service);
      check_mounts(service);
      check_writers(service);
      for (std::string& obstacle : unplaced_files_of(stack_, service)) refuse(std::move(obstacle));
      check_files(service, "secrets", service.secrets, stack_.secrets);
      check_files(service, "configs", service.configs, stack_.configs);
    }
    if (former_ != nullptr) {
      for (std::string& left : volumes_left_behind(next_, *former_->stack)) warn(std::move(left));
    }
    MemoryVerdict memory = memory_verdict(next_, around_);
    if (!memory.obstacle.empty()) refuse(std::move(memory.obstacle));
    if (!memory.warning.empty()) warn(std::move(memory.warning));
    tell_early_reaches();
    check_strangers();
    return std::move(found_);
  }

 private:
  void refuse(std::string sentence) {
    std::vector<std::string>& all = found_.obstacles;
    if (std::find(all.begin(), all.end(), sentence) == all.end()) all.push_back(std::move(sentence));
  }

  void warn(std::string sentence) {
    std::vector<std::string>& all = found_.warnings;
    if (std::find(all.begin(), all.end(), sentence) == all.end()) all.push_back(std::move(sentence));
  }

  // Going back takes next to no room, and may be what a full disk calls for.
  bool goes_back() const { return next_.desired.copied_from != 0; }

  void check_space() {
    auto too_little = [&](const std::optional<FreeSpace>& space, std::int64_t reserve, const char* whose) {
      if (!space || space->bytes >= reserve) return false;
      std::vector<std::string>& found = goes_back() ? found_.warnings : found_.obstacles;
      found.push_back("only " + size_text(space->bytes) + " are free in " + whose + " folder " +
                      space->folder + ", and a deploy needs " + size_text(reserve) +
                      " at least: make room first");
      return true;
    };
    too_little(around_.state_space, state_reserve_bytes, "stackd's");
    const bool full = too_little(around_.engine_space, engine_reserve_bytes, "the engine's");
    if (!full && around_.engine_space && around_.engine_space->bytes < engine_scarce_bytes)
      found_.warnings.push_back("only " + size_text(around_.engine_space->bytes) +
                                " are free in the engine's folder " + around_.engine_space->folder);
  }

  void check_external() {
    auto refuse_missing = [&](const std::string& kind, const std::string& key, const std::string& name) {
      refuse(kind + "s." + key + ": external " + kind + " " + name +
             " does not exist; make it with: docker " + kind + " create " + name);
    };
    for (const auto& [key, network] : stack_.networks) {
      if (network.external && around_.missing_networks.count(network.name) > 0)
        refuse_missing("network", key, network.name);
    }
    for (const auto& [key, volume] : stack_.volumes) {
      if (volume.external && around_.missing_volumes.count(volume.name) > 0)
        refuse_missing("volume", key, volume.name);
    }
  }

  // A network can't be removed while others are on it, and they are not stopped for it.
  void check_renewals() {
    for (const auto& [key, network] : stack_.networks) {
      const auto strangers = around_.strangers.find(network.name);
      if (strangers == around_.strangers.end()) continue;
      for (const std::string& name : strangers->second)
        refuse("networks." + key +
               ": the network is to be made anew as it is defined otherwise, and container " + name +
               " is on it, which is not the stack's; disconnect it with: docker network disconnect " +
               network.name + " " + name);
    }
  }

  // What is kept as it is, whatever the file says now.

  void tell_kept() {
    for (const auto& [key, network] : stack_.networks) {
      const auto there = next_.observed.networks.find(network.name);
      if (network.external || there == next_.observed.networks.end()) continue;
      if (!is_redefined(former_, network) && has_other_definition(there->second.labels, network.config_hash))
        found_.warnings.push_back("network " + network.name +
                                  " was made with another definition and is kept as it is; `stackctl down` "
                                  "and then `deploy` make it anew");
    }
    for (const auto& [key, volume] : stack_.volumes) {
      const auto there = next_.observed.volumes.find(volume.name);
      if (volume.external || there == next_.observed.volumes.end()) continue;
      if (has_other_definition(there->second.labels, volume.config_hash))
        found_.warnings.push_back("volume " + volume.name +
                                  " was made with another definition and is kept as it is, with its data");
    }
  }

  // As the former release had it; null: it did not.
  const Service* service_before(const std::string& name) const {
    if (former_ == nullptr) return nullptr;
    const auto before = former_->stack->services.find(name);
    return before == former_->stack->services.end() ? nullptr : &before->second;
  }

  // Containers of others.

  void check_strangers() {
    for (const auto& [name, service] : stack_.services) {
      if (service.scale == 0 || !is_wanted(next_, name)) continue;
      for (const AbsentStranger& absent : absent_strangers(next_, service)) {
        const std::string place = "services." + name + "." + absent.key + ": ";
        if (absent.gone) refuse(place + absent.sentence + "; start it first, whoever keeps it");
        if (!absent.gone) warn(place + absent.sentence + "; " + name + " waits for it");
      }
    }
  }

  // The engine gives each name once.
  void check_names(const Service& service) {
    for (std::int64_t number = 1; number <= replicas(stack_, service); ++number) {
      const std::string name = container_name(stack_.name, service.name, service.container_name, number);
      const auto taken = around_.taken_names.find(name);
      if (taken == around_.taken_names.end()) continue;
      const bool chosen = !service.container_name.empty();
      const std::string whose =
          taken->second.empty() ? "a container of no project" : "a container of project " + taken->second;
      refuse("services." + service.name + (chosen ? ".container_name: " : ": ") + "the name " + name +
             " is taken by " + whose + "; " + (chosen ? "choose another one, or " : "") +
             "remove or rename that container");
    }
  }

  // What is mounted from the host.

  std::optional<PathKind> kind_of(const std::string& path) const {
    auto found = around_.paths.find(path);
    if (found == around_.paths.end() || around_.kept_copies.count(path) > 0) return std::nullopt;
    return found->second;
  }

  // What the current release recorded of the path, where the service mounted it at the same place: "a file",
  // "a folder with files", or "".
  std::string recorded_as(const Service& service, const Mount& mount) const {
    if (former_ == nullptr) return {};
    auto before = former_->stack->services.find(service.name);
    auto files = recorded_.find(service.name);
    if (before == former_->stack->services.end() || files == recorded_.end()) return {};
    const bool same =
        std::any_of(before->second.mounts.begin(), before->second.mounts.end(), [&](const Mount& old) {
          return old.type == MountType::bind && old.source == mount.source && old.target == mount.target;
        });
    if (!same) return {};
    if (files->second.count(mount.source) > 0) return "a file";
    auto inside = files->second.lower_bound(mount.source + "/");
    const bool folder = inside != files->second.end() && starts_with(inside->first, mount.source + "/");
    return folder ? "a folder with files" : "";
  }

  void check_mounts(const Service& service) {
    for (std::size_t index = 0; index < service.mounts.size(); ++index) {
      const Mount& mount = service.mounts[index];
      if (mount.type != MountType::bind) continue;
      const std::optional<PathKind> kind = kind_of(mount.source);
      if (!kind) continue;
      const std::string place =
          "services." + service.name + ".volumes." + std::to_string(index) + ": " + mount.source;
      const std::string before = recorded_as(service, mount);
      const std::string release = former_ == nullptr ? "" : std::to_string(former_->release);
      const bool makes_folder = !mount.bind || mount.bind->create_host_path;
      if (*kind == PathKind::absent && !before.empty()) {
        refuse(
            place + " was " + before + " in release " + release +
            " and does not exist any more; put it back: the engine would make an empty folder in its place");
      } else if (*kind == PathKind::absent && !makes_folder) {
        refuse(place + " does not exist, and create_host_path says that nobody is to make it");
      } else if (*kind == PathKind::folder && before == "a file") {
        refuse(place + " was a file in release " + release +
               " and is a folder now; remove the folder and put the file back");
      }
    }
  }

  // Who else writes to the same place.

  // As the engine tells of it; "" when it is nothing that two could spoil.
  std::string place_of(const Mount& mount) const {
    if (mount.read_only || mount.source.empty()) return {};
    if (mount.type == MountType::bind) return kind_of(mount.source) == PathKind::other ? "" : mount.source;
    if (mount.type != MountType::volume) return {};
    const auto volume = stack_.volumes.find(mount.source);
    return volume == stack_.volumes.end() ? std::string() : volume->second.name;
  }

  static bool writes_to(const ObservedContainer& container, MountType type, const std::string& place) {
    const bool bind = type == MountType::bind;
    return std::any_of(container.mounts.begin(), container.mounts.end(), [&](const ObservedMount& mount) {
      if (!mount.read_write || mount.type != (bind ? "bind" : "volume")) return false;
      return (bind ? mount.source : mount.name) == place;
    });
  }

  // A service with another name is a new one: the old one runs beside it for a while.
  void check_writers(const Service& service) {
    if (former_ == nullptr || service_before(service.name) != nullptr) return;
    for (const auto& [id, container] : next_.observed.containers) {
      const Service* before = service_before(container.service);
      if (before == nullptr || !runs_until_live(next_, former_, container)) continue;
      const std::string until = container.service +
                                ", which is not in the stack file any more and runs until the release is "
                                "live; `stackctl stop " +
                                container.service + "` before keeps the two apart";
      for (std::size_t index = 0; index < service.mounts.size(); ++index) {
        const Mount& mount = service.mounts[index];
        const std::string place = place_of(mount);
        if (place.empty() || !writes_to(container, mount.type, place)) continue;
        warn("services." + service.name + ".volumes." + std::to_string(index) + ": " +
             (mount.type == MountType::bind ? "" : "volume ") + place + " is still mounted for writing by " +
             until);
      }
      if (service.extension.singleton && before->extension.singleton)
        warn("services." + service.name + ": it is a singleton, and starts beside the singleton " + until);
    }
  }

  void check_files(const Service& service, const std::string& kind,
                   const std::vector<FileReference>& references,
                   const std::map<std::string, FileDefinition>& definitions) {
    for (const FileReference& reference : references) {
      auto definition = definitions.find(reference.source);
      if (definition == definitions.end() || definition->second.file.empty()) continue;
      if (kind_of(definition->second.file) != PathKind::absent) continue;
      refuse(kind + "." + reference.source + ".file: " + definition->second.file + " does not exist, and " +
             service.name + " needs it");
    }
  }

  // Of what is replaced now.
  void tell_early_reaches() {
    for (EarlyReach& reach : early_reaches(next_)) {
      std::erase_if(reach.services, [this](const std::string& name) {
        return doubled(next_, stack_.services.at(name)).empty();
      });
      if (reach.services.empty()) continue;
      warn("services." + reach.proxy + ".networks: " + sentence_of(reach) + "; " + way_out(stack_, reach));
    }
  }

  const State& next_;
  const Stack& stack_;
  const Desired* former_;
  const Fingerprints& recorded_;
  const Surroundings& around_;
  Preflight found_;
};

}  // namespace

Preflight preflight(const State& next, const Desired* former, const Fingerprints& recorded,
                    const Surroundings& around) {
  return Check(next, former, recorded, around).run();
}

std::string obstacles_text(const std::vector<std::string>& obstacles) {
  if (obstacles.size() < 2) return obstacles.empty() ? std::string() : obstacles.front();
  return std::to_string(obstacles.size()) + " obstacles:\n  - " + join(obstacles, "\n  - ");
}

}  // namespace stackd::decide
