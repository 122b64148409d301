#include "decide/deploy/early_reach.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "decide/replace/update_order.h"

namespace stackd::decide {
namespace {

bool is_traffic(const Stack& stack, const std::string& key) {
  const auto network = stack.networks.find(key);
  return network != stack.networks.end() && network->second.join_when_ready;
}

bool publishes(const Service& service) {
  return std::any_of(service.ports.begin(), service.ports.end(),
                     [](const PortMapping& port) { return !port.published.empty(); });
}

std::vector<std::string> shared(const Stack& stack, const Service& one, const Service& other, bool traffic) {
  std::vector<std::string> keys;
  for (const auto& [key, attachment] : one.networks) {
    if (other.networks.count(key) > 0 && is_traffic(stack, key) == traffic) keys.push_back(key);
  }
  return keys;
}

bool starts_beside(const State& state, const Service& service) {
  const std::vector<const ObservedContainer*> there = containers_of(state.observed, service.name);
  return update_order(state, service, there.empty() ? nullptr : there.front()).start_first;
}

// "a", "a and b", "a, b and c"
std::string list_of(std::vector<std::string> names) {
  if (names.size() < 2) return join(names, "");
  const std::string last = std::move(names.back());
  names.pop_back();
  return join(names, ", ") + " and " + last;
}

std::string networks_line(const std::string& service, const std::set<std::string>& keys) {
  return "`networks: [" + join({keys.begin(), keys.end()}, ", ") + "]` for " + service;
}

}  // namespace

std::vector<EarlyReach> early_reaches(const State& state) {
  const Stack& stack = *state.desired.stack;
  std::vector<EarlyReach> found;
  for (const auto& [name, proxy] : stack.services) {
    if (!publishes(proxy)) continue;
    EarlyReach reach{name, {}, {}};
    std::set<std::string> networks;
    for (const auto& [other_name, other] : stack.services) {
      const bool asks = proxy.depends_on.count(other_name) > 0 || !shared(stack, proxy, other, true).empty();
      const std::vector<std::string> keys = shared(stack, proxy, other, false);
      if (other_name == name || !asks || keys.empty() || !starts_beside(state, other)) continue;
      reach.services.push_back(other_name);
      networks.insert(keys.begin(), keys.end());
    }
    reach.networks.assign(networks.begin(), networks.end());
    if (!reach.services.empty()) found.push_back(std::move(reach));
  }
  return found;
}

std::string sentence_of(const EarlyReach& reach) {
  const bool several = reach.services.size() > 1;
  return reach.proxy + " shares network " + list_of(reach.networks) + " with " + list_of(reach.services) +
         ", whose successor" + (several ? "s start" : " starts") + " beside " + (several ? "them" : "it") +
         ": " + reach.proxy + " may ask it before it is ready";
}

std::string way_out(const Stack& stack, const EarlyReach& reach) {
  const Service& proxy = stack.services.at(reach.proxy);
  std::string traffic;
  std::set<std::string> of_proxy;
  for (const auto& [key, attachment] : proxy.networks) {
    if (is_traffic(stack, key)) traffic = key;
    if (std::find(reach.networks.begin(), reach.networks.end(), key) == reach.networks.end())
      of_proxy.insert(key);
  }
  std::vector<std::string> added;
  const bool has_way_out = std::any_of(of_proxy.begin(), of_proxy.end(),
                                       [&](const std::string& key) { return !is_traffic(stack, key); });
  // Where only traffic networks are left nothing leads to the ports that it publishes.
  if (!has_way_out) added.emplace_back("outside: {}");
  if (!has_way_out) of_proxy.insert("outside");
  if (traffic.empty()) {
    traffic = stack.networks.count("traffic") > 0 ? "ready-traffic" : "traffic";
    added.push_back(traffic + ": {x-stackd: {join: ready}}");
  }
  of_proxy.insert(traffic);
  std::string text;
  if (!added.empty())
    text += "add `networks: {" + join(added, ", ") + "}`, and write ";
  else
    text += "write ";
  std::vector<std::string> lines;
  for (const std::string& name : reach.services) {
    std::set<std::string> keys{traffic};
    for (const auto& [key, attachment] : stack.services.at(name).networks) keys.insert(key);
    lines.push_back(networks_line(name, keys));
  }
  lines.push_back(networks_line(reach.proxy, of_proxy));
  return text + join(lines, ", ");
}

}  // namespace stackd::decide
