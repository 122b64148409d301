#include "compose/canonical/unique.h"

#include <functional>
#include <optional>
#include <unordered_map>

#include "base/text.h"
#include "compose/canonical/mount.h"
#include "compose/read/go_number.h"

namespace stackd::compose {

namespace {

using KeyOf = std::optional<std::string> (*)(const Node& item, Report& report);

std::string text_at(const Node& map, std::string_view key, std::string_view otherwise) {
  const Node* value = map.find(key);
  if (value == nullptr) return std::string(otherwise);
  // A number and a text that look alike are different to Compose.
  return (value->is_integer() ? "#" : "") + to_go_text(*value);
}

std::optional<std::string> pair_key(const Node& item, Report& report) {
  if (item.is_text()) return item.as_text().substr(0, item.as_text().find('='));
  if (item.is_null()) {
    report.error("an item of this list is empty", item.mark(), "write a value, or take the hyphen out");
    return std::nullopt;
  }
  std::string advice = "write it in quotes";
  if (item.is_map() && item.as_map().size() == 1) {
    const Entry& entry = *item.as_map().begin();
    advice = "write - " + entry.key + "=" + to_go_text(entry.value) + ", or all of them without the hyphens";
  }
  report.error("an item of this list must be a string, not a " + std::string(to_string(item.kind())),
               item.mark(), std::move(advice));
  return std::nullopt;
}

std::optional<std::string> target_key(const Node& item, std::string_view what, Report& report) {
  const Node* target = item.find("target");
  if (target != nullptr && target->is_text()) return target->as_text();
  report.error("the " + std::string(what) + " has no target", item.mark(),
               "add target: with the path in the container");
  return std::nullopt;
}

std::optional<std::string> mount_key(const Node& item, Report& report) {
  if (item.is_map()) return target_key(item, "mount", report);
  if (!item.is_text()) return std::string();
  const Result<ShortMount> mount = parse_mount(item.as_text());
  if (mount) return mount->target;
  report.error(mount.error().message, item.mark(), "write SOURCE:TARGET or SOURCE:TARGET:ro");
  return std::nullopt;
}

std::optional<std::string> device_key(const Node& item, Report& report) {
  if (item.is_map()) return target_key(item, "device", report);
  if (!item.is_text()) return std::string();
  const std::vector<std::string> parts = split(item.as_text(), ':');
  return parts.size() == 1 ? parts[0] : parts[1];
}

std::optional<std::string> expose_key(const Node& item, Report& report) {
  if (item.is_text() || item.is_integer()) return to_go_text(item);
  report.error("a port must be a whole number or a string", item.mark());
  return std::nullopt;
}

std::optional<std::string> reference_key(const Node& item, std::string_view folder) {
  if (item.is_text()) return std::string(folder) + "/" + item.as_text();
  if (const Node* target = item.find("target"); target != nullptr && target->is_text())
    return target->as_text();
  return std::string(folder) + "/" + text_at(item, "source", "");
}

std::optional<std::string> secret_key(const Node& item, Report&) {
  return reference_key(item, "/run/secrets");
}

std::optional<std::string> config_key(const Node& item, Report&) {
  return reference_key(item, "");
}

std::optional<std::string> port_key(const Node& item, Report& report) {
  if (!item.is_map()) return to_go_text(item);
  if (item.find("target") == nullptr) {
    report.error("the port has no target", item.mark(), "add target: with the port in the container");
    return std::nullopt;
  }
  return text_at(item, "host_ip", "0.0.0.0") + ":" + text_at(item, "published", "") + ":" +
         text_at(item, "target", "") + "/" + text_at(item, "protocol", "tcp");
}

std::optional<std::string> env_file_key(const Node& item, Report&) {
  if (const Node* path = item.find("path")) return to_go_text(*path);
  return to_go_text(item);
}

struct UniqueList {
  std::string_view key;
  KeyOf key_of;
};

constexpr UniqueList service_lists[] = {
    {"annotations", pair_key}, {"cap_add", pair_key},      {"cap_drop", pair_key}, {"devices", device_key},
    {"configs", config_key},   {"dns", pair_key},          {"dns_opt", pair_key},  {"dns_search", pair_key},
    {"environment", pair_key}, {"env_file", env_file_key}, {"expose", expose_key}, {"labels", pair_key},
    {"links", pair_key},       {"ports", port_key},        {"profiles", pair_key}, {"secrets", secret_key},
    {"sysctls", pair_key},     {"tmpfs", pair_key},        {"volumes", mount_key},
};
constexpr UniqueList build_lists[] = {
    {"args", pair_key}, {"additional_contexts", pair_key}, {"tags", pair_key}, {"labels", pair_key}};
constexpr UniqueList deploy_lists[] = {{"labels", pair_key}};
constexpr UniqueList service_network_lists[] = {{"aliases", pair_key}, {"link_local_ips", pair_key}};
constexpr UniqueList network_lists[] = {{"labels", pair_key}};

void remove_from(List& list, KeyOf key_of, Report& report) {
  std::unordered_map<std::string, std::size_t> places;
  List kept;
  kept.reserve(list.size());
  for (Node& item : list) {
    std::optional<std::string> key = key_of(item, report);
    if (!key) continue;
    const auto [found, is_new] = places.emplace(*std::move(key), kept.size());
    if (is_new) {
      kept.push_back(std::move(item));
    } else {
      kept[found->second] = std::move(item);
    }
  }
  list = std::move(kept);
}

template <std::size_t N>
void remove_in(Node& map, const UniqueList (&lists)[N], Report& report) {
  if (!map.is_map()) return;
  for (Entry& entry : map.as_map()) {
    if (!entry.value.is_list()) continue;
    for (const UniqueList& one : lists)
      if (one.key == entry.key) remove_from(entry.value.as_list(), one.key_of, report);
  }
}

void each_entry(Node* map, const std::function<void(Node&)>& visit) {
  if (map == nullptr || !map->is_map()) return;
  for (Entry& entry : map->as_map()) visit(entry.value);
}

}  // namespace

void remove_duplicates(Node& file, Report& report) {
  each_entry(file.find("services"), [&](Node& service) {
    remove_in(service, service_lists, report);
    if (Node* build = service.find("build")) remove_in(*build, build_lists, report);
    if (Node* deploy = service.find("deploy")) remove_in(*deploy, deploy_lists, report);
    each_entry(service.find("networks"),
               [&](Node& network) { remove_in(network, service_network_lists, report); });
  });
  each_entry(file.find("networks"), [&](Node& network) { remove_in(network, network_lists, report); });
}

}  // namespace stackd::compose
