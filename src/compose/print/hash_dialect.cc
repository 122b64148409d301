#include "compose/print/hash_dialect.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "compose/print/go_json.h"

namespace stackd::compose {

namespace {

template <typename Change>
void change_items(Node* list, Change change) {
  if (list == nullptr || !list->is_list()) return;
  for (Node& item : list->as_list())
    if (item.is_map()) change(item.as_map());
}

/// Whose struct is written; what counts of it is another matter.
HashDialect model_of(HashDialect dialect) {
  return dialect == HashDialect::debian_13 ? HashDialect::v2_32 : dialect;
}

bool counts_dependencies(HashDialect dialect) {
  return dialect < HashDialect::v2_29 || dialect == HashDialect::debian_13;
}

bool counts_profiles(HashDialect dialect) {
  return dialect < HashDialect::v2_30 || dialect == HashDialect::debian_13;
}

template <typename AnyNode>
AnyNode* inner(AnyNode& node, std::initializer_list<std::string_view> keys) {
  AnyNode* found = &node;
  for (const std::string_view key : keys) {
    found = found->find(key);
    if (found == nullptr) return nullptr;
  }
  return found;
}

bool has_cpus(const Node& service) {
  return inner(service, {"deploy", "resources", "limits", "cpus"}) != nullptr ||
         inner(service, {"deploy", "resources", "reservations", "cpus"}) != nullptr;
}

bool any_has(const Node* list, std::string_view key) {
  if (list == nullptr || !list->is_list()) return false;
  const List& items = list->as_list();
  return std::any_of(items.begin(), items.end(), [&](const Node& item) { return item.find(key) != nullptr; });
}

void write_cpus_as_text(Node& service) {
  for (const std::string_view group : {"limits", "reservations"}) {
    Node* cpus = inner(service, {"deploy", "resources", group, "cpus"});
    if (cpus != nullptr && cpus->is_number()) *cpus = Node::text(to_go_json(*cpus, {}));
  }
}

std::string text_of(const Node& device, std::string_view key) {
  const Node* found = device.find(key);
  return found != nullptr && found->is_text() ? found->as_text() : "";
}

void write_devices_as_texts(Node* devices) {
  if (devices == nullptr || !devices->is_list()) return;
  for (Node& device : devices->as_list()) {
    std::string text = text_of(device, "source");
    const std::string permissions = text_of(device, "permissions");
    // What is no path names a device that a driver knows.
    if (!text.empty() && text.front() == '/') text += ":" + text_of(device, "target");
    if (permissions != "rwm") text += ":" + permissions;
    device = Node::text(std::move(text));
  }
}

void write_mode_as_number(Map& mount) {
  Node* mode = mount.find("mode");
  if (mode == nullptr || !mode->is_text()) return;
  const std::string& text = mode->as_text();
  std::int64_t value = 0;
  constexpr int octal = 8;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, octal);
  if (error == std::errc()) *mode = Node::integer(value);
}

void put_priority_first(Node& networks) {
  for (Entry& network : networks.as_map()) {
    if (!network.value.is_map()) continue;
    Map ordered;
    const Map& written = network.value.as_map();
    for (const std::string_view key : {"priority", "gw_priority"})
      if (const Entry* entry = written.entry(key)) ordered.set(*entry);
    for (const Entry& entry : written)
      if (entry.key != "driver_opts") ordered.set(entry);
    if (const Entry* entry = written.entry("driver_opts")) ordered.set(*entry);
    network.value = Node::map(std::move(ordered));
  }
}

}  // namespace

bool is_certain_in(const Node& service, HashDialect dialect) {
  const HashDialect model = model_of(dialect);
  if (model < HashDialect::v2_26 && has_cpus(service)) return false;
  if (model < HashDialect::v2_29 && service.find("devices") != nullptr) return false;
  const Node* asked = inner(service, {"deploy", "resources", "reservations", "devices"});
  if (model < HashDialect::v2_30 && any_has(asked, "count")) return false;
  return model >= HashDialect::v2_34 ||
         (!any_has(service.find("secrets"), "mode") && !any_has(service.find("configs"), "mode"));
}

void keep_relevant(Map& service, HashDialect dialect) {
  for (const std::string_view key : {"build", "pull_policy", "scale"}) service.erase(key);
  if (!counts_dependencies(dialect)) service.erase("depends_on");
  if (!counts_profiles(dialect)) service.erase("profiles");
  if (Node* deploy = service.find("deploy"); deploy != nullptr && deploy->is_map())
    deploy->as_map().erase("replicas");
}

void put_into_dialect(Node& printed, HashDialect dialect) {
  const HashDialect model = model_of(dialect);
  Node* networks = printed.find("networks");
  if (model < HashDialect::v2 && networks != nullptr && networks->is_map()) put_priority_first(*networks);
  if (model < HashDialect::v2_34) {
    change_items(printed.find("secrets"), write_mode_as_number);
    change_items(printed.find("configs"), write_mode_as_number);
  }
  if (model < HashDialect::v2_32)
    change_items(inner(printed, {"develop", "watch"}), [](Map& rule) { rule.erase("exec"); });
  if (model < HashDialect::v2_29) write_devices_as_texts(printed.find("devices"));
  if (model < HashDialect::v2_26) write_cpus_as_text(printed);
}

}  // namespace stackd::compose
