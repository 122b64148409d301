#include "daemon/keep/collision.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "decide/replace/replica.h"
#include "decide/tell/collision.h"

namespace stackd::daemon {
namespace {

Error said(Error refusal, const std::string& sentence) {
  if (!sentence.empty()) refusal.message = sentence + " (the engine: " + refusal.message + ")";
  return refusal;
}

runtime::Task<std::string> holder_of(Edges edges, std::string id, std::string name) {
  Result<ObservedContainer> holder = co_await edges.engine.inspect_container(id);
  if (holder) co_return decide::holder_text(*holder);
  if (name.empty()) co_return std::string();
  co_return "container " + name;
}

std::string text_of(const TakenPort& taken) {
  const std::string container = "container " + taken.container;
  return taken.project.empty() ? container : container + " of project " + taken.project;
}

runtime::Task<std::string> address_holder(Edges edges, std::shared_ptr<const Stack> stack,
                                          std::string service) {
  const auto wanting = stack->services.find(service);
  if (wanting == stack->services.end()) co_return std::string();
  for (const auto& [key, place] : wanting->second.networks) {
    const auto network = stack->networks.find(key);
    if (network == stack->networks.end() || (place.ipv4_address.empty() && place.ipv6_address.empty()))
      continue;
    Result<ObservedNetwork> there = co_await edges.engine.inspect_network(network->second.name);
    if (!there) continue;
    for (const auto& [id, member] : there->containers) {
      for (const std::string& address : member.addresses) {
        if (address != place.ipv4_address && address != place.ipv6_address) continue;
        const std::string holder = co_await holder_of(edges, id, member.name);
        co_return "address " + address + " of network " + key + " is taken by " + holder +
            "; what has no fixed address gets one that is free: keep the fixed ones out of that range, by an "
            "ip_range in networks." +
            key + ".ipam.config";
      }
    }
  }
  co_return std::string();
}

std::int64_t port_in(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  std::int64_t port = 0;
  if (colon != std::string::npos)
    std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
  return port;
}

runtime::Task<std::string> port_holder(Edges edges, std::string address) {
  const std::int64_t port = port_in(address);
  if (port == 0) co_return std::string();
  Result<engine::EngineHoldings> held = co_await edges.engine.holdings();
  if (!held) co_return std::string();
  const std::string what = "port " + std::to_string(port) + " of the host is taken by ";
  for (const TakenPort& taken : held->ports) {
    if (taken.port == port) co_return what + text_of(taken);
  }
  co_return what + "a process that is no container's; `ss -ltnp sport = :" + std::to_string(port) +
      "` names it";
}

runtime::Task<std::string> range_holder(Edges edges, std::shared_ptr<const Stack> stack,
                                        std::string network) {
  const auto wanted = stack->networks.find(network);
  if (wanted == stack->networks.end()) co_return std::string();
  Result<std::vector<ObservedNetwork>> all = co_await edges.engine.list_networks(std::string());
  if (!all) co_return std::string();
  for (const AddressPool& pool : wanted->second.ipam_pools) {
    for (const ObservedNetwork& other : *all) {
      const auto overlapping = std::find_if(
          other.subnets.begin(), other.subnets.end(),
          [&pool](const std::string& subnet) { return decide::ranges_overlap(subnet, pool.subnet); });
      if (overlapping == other.subnets.end()) continue;
      co_return "subnet " + pool.subnet + " overlaps with " + *overlapping + " of network " + other.name +
          ": choose another in networks." + network + ".ipam.config";
    }
  }
  co_return std::string();
}

}  // namespace

runtime::Task<Error> with_holder(Edges edges, std::shared_ptr<const Stack> stack, std::string service,
                                 std::string network, Error refusal) {
  const std::optional<decide::Collision> collision = decide::collision_in(refusal.message);
  if (!collision) co_return refusal;
  std::string sentence;
  switch (collision->kind) {
    case decide::CollisionKind::address:
      sentence = co_await address_holder(edges, stack, service);
      break;
    case decide::CollisionKind::port:
      sentence = co_await port_holder(edges, collision->what);
      break;
    case decide::CollisionKind::name: {
      const std::string holder = co_await holder_of(edges, collision->what, std::string());
      if (!holder.empty()) sentence = "its name is taken by " + holder;
      break;
    }
    case decide::CollisionKind::range:
      sentence = co_await range_holder(edges, stack, network);
      break;
  }
  co_return said(std::move(refusal), sentence);
}

}  // namespace stackd::daemon
