#include "decide/replace/compare.h"

#include <algorithm>

#include "base/mutation.h"
#include "decide/picture/made_with.h"
#include "decide/picture/strangers.h"
#include "decide/replace/reload.h"
#include "decide/replace/renewal.h"
#include "decide/replace/replica.h"
#include "decide/replace/rollout.h"
#include "model/fingerprint.h"
#include "model/identity.h"

namespace stackd::decide {
namespace {

bool references_exist(const State& state, const Service& service) {
  for (const std::string& name : referenced_services(service)) {
    if (container_id_of(state, name).empty()) return false;
  }
  return true;
}

std::string compose_version(const ObservedContainer& container) {
  const auto version = container.labels.find(std::string(label::version));
  return version == container.labels.end() ? std::string() : version->second;
}

bool has_expected_hash(const State& state, const Service& service, const ObservedContainer& container) {
  const auto is_in = [&](HashDialect dialect) {
    const auto id_of = [&](std::string_view name) { return container_id_of(state, std::string(name)); };
    return container.config_hash == config_hash(service, id_of, dialect);
  };
  return is_in(HashDialect::v2) || std::any_of(service.hash_texts.begin(), service.hash_texts.end(),
                                               [&](const auto& text) { return is_in(text.first); });
}

// A network it should be on was made anew under the same name. True of a stopped one too: it could not be
// started on a network that is gone, and one that was stopped for this reason must not be started as it is.
std::string lost_network(const State& state, const Service& service, const ObservedContainer& container) {
  if (!service.network_mode.empty()) return {};
  for (const auto& [key, attachment] : service.networks) {
    auto network = state.desired.stack->networks.find(key);
    if (network == state.desired.stack->networks.end()) continue;
    if (is_to_be_renewed(state, network->second)) return "network " + network->second.name + " is made anew";
    if (network->second.join_when_ready && !is_rolling(state.rollout)) continue;
    auto there = state.observed.networks.find(network->second.name);
    if (there == state.observed.networks.end()) continue;
    auto endpoint = container.networks.find(network->second.name);
    if (endpoint == container.networks.end()) continue;  // see missing_network()
    if (!endpoint->second.network_id.empty() && endpoint->second.network_id != there->second.id) {
      return "network " + network->second.name + " was made anew";
    }
  }
  return {};
}

std::string lost_volume(const State& state, const Service& service, const ObservedContainer& container) {
  for (const Mount& mount : service.mounts) {
    if (mount.type != MountType::volume || mount.source.empty()) continue;
    auto volume = state.desired.stack->volumes.find(mount.source);
    if (volume == state.desired.stack->volumes.end()) continue;
    const bool mounted = std::any_of(
        container.mounts.begin(), container.mounts.end(),
        [&](const ObservedMount& m) { return m.name == volume->second.name && m.target == mount.target; });
    if (!mounted && container.state != ContainerState::created) {
      return "volume " + volume->second.name + " is not mounted in it";
    }
  }
  return {};
}

// It is to be started again, and would find other files than it was made with.
std::string would_find_other_files(const State& state, const Service& service,
                                   const ObservedContainer& container) {
  if (runs(container)) return {};
  const auto made = state.memory.made_with.find(container.id);
  if (made != state.memory.made_with.end() && made->second.kept) return {};
  return host_files_differ(state.desired, state.learnt, service.name)
             ? "files that it mounts were changed since"
             : "";
}

// What the Compose that made it has hashed can be told from the file.
bool is_certain(const Service& service, const ObservedContainer& container) {
  const HashDialect dialect = dialect_of(compose_version(container));
  const auto other = service.hash_texts.find(dialect);
  return dialect != HashDialect::older && (other == service.hash_texts.end() || other->second.certain);
}

}  // namespace

bool may_be_the_same(const State& state, const Service& service, const ObservedContainer& container) {
  return !is_certain(service, container) && references_exist(state, service) &&
         !has_expected_hash(state, service, container);
}

std::string is_another(const State& state, const Service& service, const ObservedContainer& container) {
  if (container.state == ContainerState::dead) return "the engine gave it up as dead";
  if (is_right_as_found(state, container)) return {};
  if (is_rescuing(state.rollout)) return {};
  if (!references_exist(state, service)) return {};
  if (!has_expected_hash(state, service, container)) {
    for (const std::string& owner : namespace_owners(service)) {
      const std::string now = "container:" + container_id_of(state, owner);
      const bool shares =
          container.network_mode == now || container.ipc_mode == now || container.pid_mode == now;
      if (!shares) return "it shares a namespace with " + owner + ", which was replaced";
    }
    if (!is_certain(service, container)) {
      return "it can't be told whether its configuration changed: Docker Compose " +
             compose_version(container) + " made it";
    }
    return "its configuration changed";
  }
  auto image = state.desired.images.find(service.name);
  if (image != state.desired.images.end() && !image->second.id.empty() &&
      container.image_id != image->second.id) {
    return "its image changed to " + short_id(image->second.id);
  }
  std::string why = must_be_replaced_for_files(state, service, container);
  if (why.empty()) why = lost_network(state, service, container);
  if (why.empty()) why = lost_volume(state, service, container);
  if (why.empty()) why = replaced_stranger(state, service, container);
  return why;
}

std::string must_be_replaced(const State& state, const Service& service, const ObservedContainer& container) {
  const std::string why = is_another(state, service, container);
  const bool as_found = is_right_as_found(state, container);
  return why.empty() && !as_found ? would_find_other_files(state, service, container) : why;
}

std::string missing_network(const State& state, const Service& service, const ObservedContainer& container) {
  if (!service.network_mode.empty() || is_rescuing(state.rollout)) return {};
  if (is_right_as_found(state, container)) return {};
  for (const auto& [key, attachment] : service.networks) {
    const auto network = state.desired.stack->networks.find(key);
    if (network == state.desired.stack->networks.end() || network->second.join_when_ready) continue;
    if (state.observed.networks.count(network->second.name) == 0) continue;
    if (is_to_be_renewed(state, network->second)) continue;
    if (container.networks.count(network->second.name) == 0) return key;
  }
  return {};
}

std::vector<Surplus> surplus(const State& state) {
  std::vector<Surplus> found;
  const Stack& stack = *state.desired.stack;
  for (const auto& [id, container] : state.observed.containers) {
    if (container.oneoff || container.service.empty() || container.state == ContainerState::removing)
      continue;
    if (state.learnt.as_found.count(id) > 0) continue;
    auto service = stack.services.find(container.service);
    if (service == stack.services.end()) {
      const std::vector<std::string>& outside = stack.source.outside_profiles;
      if (std::find(outside.begin(), outside.end(), container.service) != outside.end()) continue;
      const bool ours = mutated("anything-in-the-project-is-ours") ||
                        state.learnt.former_services.count(container.service) > 0;
      found.push_back({&container, container.service + " is not in the stack file", ours});
      continue;
    }
    if (container.number > replicas(stack, service->second) || container.number < 1) {
      found.push_back(
          {&container, "the stack file asks for " + std::to_string(replicas(stack, service->second)), true});
    }
  }
  return found;
}

bool is_made_otherwise(const Desired& before, const Desired& now, const std::string& name) {
  const Service& old = before.stack->services.at(name);
  const Service& made = now.stack->services.at(name);
  const auto text_of = [&](const std::map<std::string, std::string>& values) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  };
  const auto image_of = [&](const Desired& release) {
    const auto found = release.images.find(name);
    return found == release.images.end() ? std::string() : found->second.id;
  };
  return old.hash_text != made.hash_text || image_of(before) != image_of(now) ||
         text_of(before.files) != text_of(now.files) ||
         contents_fingerprint(*before.stack, old) != contents_fingerprint(*now.stack, made);
}

}  // namespace stackd::decide
