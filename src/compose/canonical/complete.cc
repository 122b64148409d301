#include "compose/canonical/complete.h"

#include <functional>
#include <set>

#include "base/text.h"
#include "compose/canonical/port.h"
#include "compose/canonical/schema.h"
#include "compose/read/go_number.h"
#include "compose/read/paths.h"
#include "model/stack.h"

namespace stackd::compose {

namespace {

void each_entry(Node* map, const std::function<void(Entry&)>& visit) {
  if (map == nullptr || !map->is_map()) return;
  for (Entry& entry : map->as_map()) visit(entry);
}

void each_entry(const Node* map, const std::function<void(const Entry&)>& visit) {
  if (map == nullptr || !map->is_map()) return;
  for (const Entry& entry : map->as_map()) visit(entry);
}

template <typename Visit>
void each_item(Node* list, Visit visit) {
  if (list == nullptr || !list->is_list()) return;
  for (Node& item : list->as_list()) visit(item);
}

template <typename Visit>
void each_item(const Node* list, Visit visit) {
  if (list == nullptr || !list->is_list()) return;
  for (const Node& item : list->as_list()) visit(item);
}

template <typename MaybeConst>
MaybeConst* below(MaybeConst& node, std::initializer_list<std::string_view> keys) {
  MaybeConst* at = &node;
  for (const std::string_view key : keys) at = at == nullptr ? nullptr : at->find(key);
  return at;
}

void set_absent(Node& node, std::string_view key, Node value) {
  if (node.is_map() && !node.as_map().contains(key)) node.as_map().set(key, std::move(value));
}

void default_count(Node& request) {
  if (request.find("device_ids") == nullptr) set_absent(request, "count", Node::text("all", request.mark()));
}

bool is_true(const Node* node) {
  if (node == nullptr) return false;
  if (node->is_boolean()) return node->as_boolean();
  return node->is_text() &&
         (node->as_text() == "true" || node->as_text() == "True" || node->as_text() == "TRUE" ||
          node->as_text() == "1" || node->as_text() == "t" || node->as_text() == "T");
}

// --- checks ------------------------------------------------------------------------------------------

void check_volume(const Entry& volume, Report& report) {
  const Node* external = volume.value.find("external");
  if (external == nullptr || !external->is_boolean() || !external->as_boolean()) return;
  for (const Entry& entry : volume.value.as_map()) {
    if (entry.key == "name" || entry.key == "external" || is_extension(entry.key)) continue;
    report.error({.message = "volumes." + volume.key + " is external and can't say " + quote(entry.key),
                  .mark = entry.key_mark,
                  .advice = "an external volume has a name only",
                  .related = "declared external here",
                  .related_mark = external->mark()});
  }
}

/// Secrets and configs get their content from one place.
void check_content(std::string_view section, const Entry& resource,
                   std::initializer_list<std::string_view> keys, Report& report) {
  if (!resource.value.is_map() || resource.value.tag() == NodeTag::damaged) return;
  std::vector<std::string> names;
  const Entry* last = nullptr;
  std::size_t count = 0;
  for (const std::string_view key : keys) {
    names.emplace_back(key);
    const Entry* entry = resource.value.as_map().entry(key);
    if (entry == nullptr) continue;
    ++count;
    last = entry;
  }
  const std::string path = std::string(section) + "." + resource.key;
  if (count > 1)
    report.error(path + ": " + join(names, ", ") + " exclude each other", last->key_mark, "keep one of them");
  const Map& map = resource.value.as_map();
  if (count == 0 && !map.contains("driver") && !map.contains("external"))
    report.error(path + " says nowhere what it contains", resource.key_mark,
                 "add " + join(names, ", ") + " or external: true");
}

void check_device_request(const Node& request, Report& report) {
  const Node* ids = request.find("device_ids");
  if (request.find("count") != nullptr && ids != nullptr)
    report.error("count and device_ids exclude each other", ids->mark(), "keep one of them");
}

void check_service(const Entry& service, Report& report) {
  each_item(service.value.find("ports"), [&](const Node& port) {
    const Node* ip = port.find("host_ip");
    if (ip != nullptr && ip->is_text() && !is_ip_address(ip->as_text()))
      report.error("services." + service.key + ": host_ip " + quote(ip->as_text()) + " is no IP address",
                   ip->mark());
  });
  each_item(below(service.value, {"develop", "watch"}), [&](const Node& rule) {
    const Node* path = rule.find("path");
    if (path != nullptr && path->is_text() && path->as_text().empty())
      report.error("services." + service.key + ": a watched path can't be blank", path->mark());
  });
  each_item(below(service.value, {"deploy", "resources", "reservations", "devices"}),
            [&](const Node& node) { check_device_request(node, report); });
  each_item(service.value.find("gpus"), [&](const Node& node) { check_device_request(node, report); });
}

// --- normalising -------------------------------------------------------------------------------------

class Normalization {
 public:
  Normalization(Node& model, const std::string& project_name, const Lookup& lookup)
      : model_(model), project_name_(project_name), lookup_(lookup) {}

  void run();

 private:
  void default_network();
  void service(Node& service);
  void build(Node& build);
  void variables(Node& node, bool keep_unset);
  void dependencies(Node& service);
  void depend(Node& dependencies, std::string_view service, bool restart, Mark mark);
  void name_resources(std::string_view section);

  Node& model_;
  const std::string& project_name_;
  const Lookup& lookup_;
};

void Normalization::default_network() {
  bool used = false;
  each_entry(model_.find("services"), [&](Entry& entry) {
    if (!entry.value.is_map()) return;
    Map& service = entry.value.as_map();
    if (service.contains("provider") || service.contains("network_mode")) return;
    const Node* networks = service.find("networks");
    if (networks == nullptr || !networks->is_map() || networks->as_map().empty()) {
      Map names;
      names.set("default", Node::null(entry.key_mark), entry.key_mark);
      service.set("networks", Node::map(std::move(names), entry.key_mark));
      used = true;
    } else if (networks->find("default") != nullptr) {
      used = true;
    }
  });
  if (!used) return;
  Node* networks = model_.find("networks");
  if (networks == nullptr || !networks->is_map())
    networks = &model_.as_map().set("networks", Node::map({}, model_.mark()));
  set_absent(*networks, "default", Node::null(model_.mark()));
}

void Normalization::variables(Node& node, bool keep_unset) {
  if (node.is_map()) {
    std::set<std::string> unset;
    for (Entry& entry : node.as_map()) {
      if (!entry.value.is_null()) continue;
      if (auto value = lookup_(entry.key)) {
        entry.value = Node::text(*std::move(value), entry.key_mark);
      } else if (!keep_unset) {
        unset.insert(entry.key);
      }
    }
    node.as_map().erase(unset);
  } else if (node.is_list()) {
    std::erase_if(node.as_list(), [&](Node& item) {
      if (!item.is_text() || item.as_text().find('=') != std::string::npos) return false;
      const auto value = lookup_(item.as_text());
      if (value) item.as_text() += "=" + *value;
      return !value && !keep_unset;
    });
  }
}

void Normalization::build(Node& build) {
  if (!build.is_map()) return;
  const auto absent = [&](std::string_view key) {
    return build.find(key) == nullptr || build.find(key)->is_null();
  };
  if (absent("context")) build.as_map().set("context", Node::text(".", build.mark()));
  if (absent("dockerfile") && absent("dockerfile_inline"))
    build.as_map().set("dockerfile", Node::text("Dockerfile", build.mark()));
  if (Node* args = build.find("args")) variables(*args, false);
}

void Normalization::depend(Node& dependencies, std::string_view service, bool restart, Mark mark) {
  if (dependencies.find(service) != nullptr) return;
  Map map;
  map.set("condition", Node::text("service_started", mark));
  map.set("restart", Node::boolean(restart, mark));
  map.set("required", Node::boolean(true, mark));
  dependencies.as_map().set(service, Node::map(std::move(map), mark), mark);
}

void Normalization::dependencies(Node& service) {
  Node implied = Node::map({}, service.mark());
  Node* declared = service.find("depends_on");
  Node& dependencies = declared != nullptr && declared->is_map() ? *declared : implied;
  each_item(service.find("links"), [&](const Node& link) {
    const std::vector<std::string> parts = split(link.as_text(), ':');
    depend(dependencies, parts.size() == 2 ? parts[0] : link.as_text(), true, link.mark());
  });
  for (const std::string_view key : {"network_mode", "ipc", "pid", "uts", "cgroup"}) {
    const Node* mode = service.find(key);
    if (mode != nullptr && mode->is_text() && starts_with(mode->as_text(), service_prefix))
      depend(dependencies, mode->as_text().substr(service_prefix.size()), true, mode->mark());
  }
  each_item(service.find("volumes_from"), [&](const Node& from) {
    if (!starts_with(from.as_text(), "container:"))
      depend(dependencies, split(from.as_text(), ':')[0], false, from.mark());
  });
  if (&dependencies == &implied && !implied.as_map().empty())
    service.as_map().set("depends_on", std::move(implied));
}

void Normalization::service(Node& service) {
  if (!service.is_map()) return;
  Node* policy = service.find("pull_policy");
  if (policy != nullptr && policy->is_text() && policy->as_text() == "if_not_present")
    policy->as_text() = "missing";
  if (Node* node = service.find("build")) build(*node);
  if (Node* environment = service.find("environment")) variables(*environment, true);
  dependencies(service);
  each_item(service.find("volumes"), [](Node& mount) {
    Node* target = mount.find("target");
    if (target != nullptr && target->is_text()) target->as_text() = clean_path(target->as_text());
  });
}

void Normalization::name_resources(std::string_view section) {
  each_entry(model_.find(section), [&](Entry& entry) {
    if (entry.value.is_null()) entry.value = Node::map({}, entry.key_mark);
    if (!entry.value.is_map()) return;
    const Node* name = entry.value.find("name");
    if (name != nullptr && !name->is_null()) return;
    const bool external = is_true(entry.value.find("external"));
    entry.value.as_map().set(
        "name", Node::text(external ? entry.key : project_name_ + "_" + entry.key, entry.key_mark));
  });
}

void Normalization::run() {
  default_network();
  each_entry(model_.find("services"), [&](Entry& entry) { service(entry.value); });
  for (const std::string_view section : {"networks", "volumes", "configs", "secrets"})
    name_resources(section);
}

}  // namespace

void set_defaults(Node& model) {
  each_entry(model.find("services"), [](Entry& entry) {
    Node& service = entry.value;
    if (Node* build = service.find("build")) set_absent(*build, "context", Node::text(".", build->mark()));
    each_item(service.find("secrets"), [](Node& secret) {
      const Node* source = secret.find("source");
      const std::string name = source == nullptr ? "<nil>" : to_go_text(*source);
      set_absent(secret, "target", Node::text("/run/secrets/" + name, secret.mark()));
    });
    each_item(service.find("ports"), [](Node& port) {
      set_absent(port, "protocol", Node::text("tcp", port.mark()));
      set_absent(port, "mode", Node::text("ingress", port.mark()));
    });
    each_item(below(service, {"deploy", "resources", "reservations", "devices"}), default_count);
    each_item(service.find("gpus"), default_count);
  });
}

void check_resources(const Node& model, Report& report) {
  each_entry(model.find("volumes"), [&](const Entry& entry) { check_volume(entry, report); });
  each_entry(model.find("configs"), [&](const Entry& entry) {
    check_content("configs", entry, {"file", "environment", "content"}, report);
  });
  each_entry(model.find("secrets"), [&](const Entry& entry) {
    check_content("secrets", entry, {"file", "environment"}, report);
  });
  each_entry(model.find("services"), [&](const Entry& entry) { check_service(entry, report); });
}

void normalize(Node& model, const std::string& project_name, const Lookup& lookup) {
  Normalization(model, project_name, lookup).run();
}

}  // namespace stackd::compose
