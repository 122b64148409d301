#include "compose/canonical/canonical.h"

#include <algorithm>

#include "base/text.h"
#include "compose/canonical/mount.h"
#include "compose/canonical/port.h"
#include "compose/read/go_number.h"

namespace stackd::compose {

namespace {

class Canonical {
 public:
  Canonical(bool lenient, Budget& budget, Report& report)
      : lenient_(lenient), budget_(budget), report_(report) {}

  void service(Map& service);
  void maybe_external(std::string_view section, const std::string& name, Node& resource);

 private:
  void build(Map& service);
  void ports(Node& node);
  void dependencies(Node& node);
  void env_files(Node& node);
  void dns(Map& service);
  void mounts(Node& node);
  void devices(Node& node);
  bool device(Node& node);
  void pairs_to_map(Node& node, std::string_view path);
  void ssh(Node& node);

  const bool lenient_;
  Budget& budget_;
  Report& report_;
};

/// A list of an extended file may hold anything: it is checked where it is used.
bool has_only_texts(const Node& node) {
  return node.is_list() && std::all_of(node.as_list().begin(), node.as_list().end(),
                                       [](const Node& item) { return item.is_text(); });
}

void text_to_list(Node* node) {
  if (node == nullptr || !node->is_text()) return;
  const Mark mark = node->mark();
  List list;
  list.push_back(std::move(*node));
  *node = Node::list(std::move(list), mark);
}

/// A text becomes an object with the text at one key.
void text_to_object(Node& node, std::string_view key) {
  if (!node.is_text()) return;
  const Mark mark = node.mark();
  Map map;
  map.set(key, std::move(node));
  node = Node::map(std::move(map), mark);
}

void texts_to_objects(Node* list, std::string_view key) {
  if (list == nullptr || !list->is_list()) return;
  for (Node& item : list->as_list()) text_to_object(item, key);
}

void names_to_map(Node* node) {
  if (node == nullptr || !has_only_texts(*node)) return;
  Map map;
  for (const Node& item : node->as_list()) map.set(item.as_text(), Node::null(item.mark()), item.mark());
  *node = Node::map(std::move(map), node->mark());
}

/// Removes the items for which the function says false.
template <typename Keep>
void keep_if(List& list, Keep keep) {
  list.erase(std::remove_if(list.begin(), list.end(), [&](Node& item) { return !keep(item); }), list.end());
}

void Canonical::ports(Node& node) {
  if (!node.is_list() || budget_.exceeded()) return;
  List ports;
  for (Node& item : node.as_list()) {
    if (item.is_map()) {
      ports.push_back(std::move(item));
      continue;
    }
    if (!item.is_text() && !item.is_integer()) {
      report_.error("a port is a whole number, a string or a mapping", item.mark(),
                    "write it in quotes: \"8080:80\"");
      continue;
    }
    Result<List> parsed = parse_port(to_go_text(item), item.mark());
    if (parsed) {
      const std::size_t one = parsed->empty() ? 0 : bytes_of(parsed->front());
      if (!budget_.take(one * parsed->size(), item.mark())) return;
      for (Node& port : *parsed) ports.push_back(std::move(port));
    } else if (lenient_) {
      return;  // as Compose: one that can't be read keeps the whole list as it is
    } else {
      report_.error(parsed.error().message, item.mark(),
                    "write HOST:CONTAINER, like \"8080:80\" or \"127.0.0.1:8080:80/udp\"");
    }
  }
  node.as_list() = std::move(ports);
}

void Canonical::dependencies(Node& node) {
  if (node.is_list()) names_to_map(&node);
  if (!node.is_map()) return;
  for (Entry& entry : node.as_map()) {
    if (!entry.value.is_map()) entry.value = Node::map({}, entry.value.mark());
    Map& map = entry.value.as_map();
    if (!map.contains("condition")) map.set("condition", Node::text("service_started", entry.key_mark));
    if (!map.contains("required")) map.set("required", Node::boolean(true, entry.key_mark));
  }
}

void Canonical::env_files(Node& node) {
  text_to_list(&node);
  texts_to_objects(&node, "path");
  if (!node.is_list()) return;
  for (Node& item : node.as_list()) {
    if (item.is_map() && item.find("required") == nullptr)
      item.as_map().set("required", Node::boolean(true, item.mark()));
  }
}

void Canonical::mounts(Node& node) {
  if (!node.is_list()) return;
  keep_if(node.as_list(), [&](Node& item) {
    if (!item.is_text()) return true;
    const Result<ShortMount> mount = parse_mount(item.as_text());
    if (mount) {
      item = to_node(*mount, item.mark());
      return true;
    }
    if (!lenient_)
      report_.error(mount.error().message, item.mark(), "write SOURCE:TARGET or SOURCE:TARGET:ro");
    return lenient_;
  });
}

bool Canonical::device(Node& node) {
  if (!node.is_text()) return true;
  const std::vector<std::string> parts = split(node.as_text(), ':');
  if (parts.size() > 3) {
    if (!lenient_)
      report_.error("the device " + quote(node.as_text()) + " has too many parts", node.mark(),
                    "use source, target and permissions");
    return lenient_;
  }
  const Mark mark = node.mark();
  Map map;
  map.set("source", Node::text(parts[0], mark));
  map.set("target", Node::text(parts.size() > 1 && !parts[1].empty() ? parts[1] : parts[0], mark));
  map.set("permissions", Node::text(parts.size() > 2 ? parts[2] : "rwm", mark));
  node = Node::map(std::move(map), mark);
  return true;
}

void Canonical::devices(Node& node) {
  if (node.is_list()) keep_if(node.as_list(), [&](Node& item) { return device(item); });
}

void Canonical::pairs_to_map(Node& node, std::string_view path) {
  if (!has_only_texts(node)) return;
  Map map;
  for (const Node& item : node.as_list()) {
    const std::size_t equals = item.as_text().find('=');
    if (equals == std::string::npos) {
      if (lenient_) return;
      report_.error(std::string(path) + ": " + quote(item.as_text()) + " has no \"=\"", item.mark(),
                    "write NAME=VALUE");
      continue;
    }
    map.set(item.as_text().substr(0, equals), Node::text(item.as_text().substr(equals + 1), item.mark()),
            item.mark());
  }
  node = Node::map(std::move(map), node.mark());
}

void Canonical::ssh(Node& node) {
  if (!has_only_texts(node)) return;
  Map map;
  for (const Node& item : node.as_list()) {
    const std::string& key = item.as_text();
    const std::size_t equals = key.find('=');
    if (equals != std::string::npos) {
      map.set(key.substr(0, equals), Node::text(key.substr(equals + 1), item.mark()), item.mark());
    } else if (key == "default") {
      map.set(key, Node::null(item.mark()), item.mark());
    } else {
      report_.error("the ssh key " + quote(key) + " has no path", item.mark(), "write ID=PATH, or default");
    }
  }
  node = Node::map(std::move(map), node.mark());
}

void Canonical::build(Map& service) {
  Node* build = service.find("build");
  if (build == nullptr) return;
  text_to_object(*build, "context");
  if (!build->is_map()) return;
  Map& map = build->as_map();
  texts_to_objects(map.find("secrets"), "source");
  for (const std::string_view key : {"provenance", "sbom"}) {
    Node* node = map.find(key);
    if (node != nullptr && !node->is_text()) *node = Node::text(to_go_text(*node), node->mark());
  }
  if (Node* contexts = map.find("additional_contexts")) pairs_to_map(*contexts, "additional_contexts");
  if (Node* keys = map.find("ssh")) ssh(*keys);
}

void Canonical::dns(Map& service) {
  Node* dns = service.find("dns");
  text_to_list(dns);
  if (dns == nullptr || !dns->is_list()) return;
  keep_if(dns->as_list(), [](const Node& item) { return !item.is_text() || !item.as_text().empty(); });
}

void Canonical::service(Map& service) {
  build(service);
  dns(service);
  if (Node* node = service.find("depends_on")) dependencies(*node);
  if (Node* node = service.find("env_file")) env_files(*node);
  text_to_list(service.find("label_file"));
  if (Node* node = service.find("extends")) text_to_object(*node, "service");
  if (Node* gpus = service.find("gpus"); gpus != nullptr && gpus->is_text()) {
    Map all;
    all.set("count", Node::text("all", gpus->mark()));
    List list;
    list.push_back(Node::map(std::move(all), gpus->mark()));
    *gpus = Node::list(std::move(list), gpus->mark());
  }
  names_to_map(service.find("networks"));
  names_to_map(service.find("models"));
  if (Node* node = service.find("volumes")) mounts(*node);
  if (Node* node = service.find("devices")) devices(*node);
  texts_to_objects(service.find("secrets"), "source");
  texts_to_objects(service.find("configs"), "source");
  if (Node* node = service.find("ports")) ports(*node);
  Node* develop = service.find("develop");
  Node* rules = develop == nullptr ? nullptr : develop->find("watch");
  if (rules == nullptr || !rules->is_list()) return;
  for (Node& rule : rules->as_list()) {
    text_to_list(rule.find("ignore"));
    text_to_list(rule.find("include"));
  }
}

void Canonical::maybe_external(std::string_view section, const std::string& name, Node& resource) {
  const Node* external = resource.find("external");
  if (external == nullptr || !external->is_map()) return;
  const Mark mark = external->mark();
  const Node* inner = external->find("name");
  const std::optional<Node> external_name = inner == nullptr ? std::nullopt : std::optional(*inner);
  Map& map = resource.as_map();
  map.set("external", Node::boolean(true, mark));
  if (!external_name) return;
  const std::string path = std::string(section) + "." + name;
  report_.warning(path + ": external.name is deprecated", mark, "write name: and external: true");
  const Node* written = map.find("name");
  if (written == nullptr) {
    map.set("name", *external_name, external_name->mark());
  } else if (!(*written == *external_name)) {
    report_.error({.message = path + ": name and external.name differ",
                   .mark = external_name->mark(),
                   .advice = "keep name: only",
                   .related = "the other name is here",
                   .related_mark = written->mark()});
  }
}

}  // namespace

void make_canonical(Node& file, bool lenient, Budget& budget, Report& report) {
  Canonical canonical(lenient, budget, report);
  if (Node* services = file.find("services"); services != nullptr && services->is_map()) {
    for (Entry& entry : services->as_map())
      if (entry.value.is_map()) canonical.service(entry.value.as_map());
  }
  for (const std::string_view section : {"networks", "volumes", "secrets", "configs"}) {
    Node* resources = file.find(section);
    if (resources == nullptr || !resources->is_map()) continue;
    for (Entry& entry : resources->as_map()) canonical.maybe_external(section, entry.key, entry.value);
  }
  texts_to_objects(file.find("include"), "path");
}

}  // namespace stackd::compose
