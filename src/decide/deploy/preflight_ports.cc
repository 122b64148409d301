#include "decide/deploy/preflight_ports.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "decide/picture/wanted.h"
#include "decide/replace/ports.h"
#include "decide/replace/renewal.h"
#include "model/identity.h"

namespace stackd::decide {
namespace {

bool is_of_six(const std::string& address) {
  return address.find(':') != std::string::npos;
}

// The engine's own sockets of the two families are apart; without an address there is one of each.
bool meet_as_containers(const std::string& one, const std::string& other) {
  if (!one.empty() && !other.empty() && is_of_six(one) != is_of_six(other)) return false;
  return meet(one, other);
}

struct PortRange {
  std::int64_t first;
  std::int64_t last;
};

// "80", or the bounds of "8000-8010".
std::optional<PortRange> port_range(const std::string& published) {
  auto number = [](std::string_view text) -> std::optional<std::int64_t> {
    std::int64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || value < 1) return std::nullopt;
    return value;
  };
  const std::size_t dash = published.find('-');
  const auto first = number(std::string_view(published).substr(0, dash));
  const auto last = dash == std::string::npos ? first : number(std::string_view(published).substr(dash + 1));
  if (!first || !last) return std::nullopt;
  return PortRange{*first, *last};
}

// As the former release had it; null: it did not.
const Service* service_before(const Desired* former, const std::string& name) {
  if (former == nullptr) return nullptr;
  const auto before = former->stack->services.find(name);
  return before == former->stack->services.end() ? nullptr : &before->second;
}

// The engine discards what is published there.
bool can_publish(const Service& service) {
  return service.network_mode != "host";
}

class PortCheck {
 public:
  PortCheck(const State& next, const Desired* former, const Surroundings& around)
      : next_(next), stack_(*next.desired.stack), former_(former), around_(around) {}

  std::vector<std::string> obstacles(const Service& service) const {
    std::vector<std::string> found;
    if (!can_publish(service)) return found;
    for (std::size_t index = 0; index < service.ports.size(); ++index) {
      const PortMapping& mapping = service.ports[index];
      const auto range = port_range(mapping.published);
      if (!range) continue;
      const std::string in_words = "services." + service.name + ".ports." + std::to_string(index) +
                                   ": port " + mapping.published + "/" + mapping.protocol;
      if (const Service* other = rival(service, mapping, *range); other != nullptr) {
        // Once is enough, at the later of the two.
        if (other->name < service.name)
          found.push_back(in_words + " is published by " + other->name +
                          " too, and both are to run; give one of them another port, and deploy both");
        continue;
      }
      const TakenPort* taken = nullptr;
      for (std::int64_t port = range->first; port <= range->last; ++port) {
        taken = holder(mapping, port);
        if (taken == nullptr) break;
      }
      if (taken != nullptr) found.push_back(in_words + " is taken by " + whose(*taken));
    }
    return found;
  }

 private:
  const Service* rival(const Service& service, const PortMapping& wanted, const PortRange& range) const {
    if (range.first != range.last || is_job(stack_, service)) return nullptr;
    for (const auto& [name, other] : stack_.services) {
      if (name == service.name || other.scale == 0 || !is_wanted(next_, name)) continue;
      if (!can_publish(other) || is_job(stack_, other)) continue;
      for (const PortMapping& mapping : other.ports) {
        const auto others = port_range(mapping.published);
        if (!others || others->first != range.first || others->last != range.first) continue;
        if (mapping.protocol == wanted.protocol && meet_as_containers(mapping.host_ip, wanted.host_ip))
          return &other;
      }
    }
    return nullptr;
  }

  const ObservedContainer* leaving_holder(const TakenPort& taken) const {
    for (const auto& [id, container] : next_.observed.containers) {
      if (container.name == taken.container && runs_until_live(next_, former_, container)) return &container;
    }
    return nullptr;
  }

  // What the stack has itself it can give up, but for what leaves the file.
  const TakenPort* holder(const PortMapping& wanted, std::int64_t port) const {
    const TakenPort* found = nullptr;
    for (const TakenPort& taken : around_.taken_ports) {
      if (taken.port != port || taken.protocol != wanted.protocol) continue;
      if (!meet(taken.address, wanted.host_ip)) continue;
      const bool own = !taken.container.empty() && taken.project == stack_.name;
      if (own && leaving_holder(taken) == nullptr) return nullptr;
      if (found == nullptr || found->container.empty()) found = &taken;
    }
    return found;
  }

  std::string whose(const TakenPort& taken) const {
    if (taken.container.empty()) return "a process of this host that is no container's";
    const std::string name = "container " + taken.container;
    if (taken.project != stack_.name)
      return name + (taken.project.empty() ? "" : " of project " + taken.project);
    const std::string& service = leaving_holder(taken)->service;
    const std::string what = name + " of " + service + ", which is not in the ";
    if (service_before(former_, service) == nullptr)
      return what + "release; remove it with: docker rm --force " + taken.container;
    return what +
           "stack file any more and runs until the release is live; stop it before with `stackctl stop " +
           service + "`, or keep its name";
  }

  const State& next_;
  const Stack& stack_;
  const Desired* former_;
  const Surroundings& around_;
};

}  // namespace

bool runs_until_live(const State& next, const Desired* former, const ObservedContainer& container) {
  const Stack& stack = *next.desired.stack;
  if (container.oneoff || !runs(container) || stack.services.count(container.service) > 0) return false;
  return std::none_of(stack.networks.begin(), stack.networks.end(), [&](const auto& entry) {
    const NetworkDefinition& network = entry.second;
    return is_redefined(former, network) && container.networks.count(network.name) > 0;
  });
}

std::vector<std::string> port_obstacles(const State& next, const Desired* former, const Surroundings& around,
                                        const Service& service) {
  return PortCheck(next, former, around).obstacles(service);
}

}  // namespace stackd::decide
