#include "compose/read/merge.h"

#include <algorithm>

#include "base/text.h"
#include "compose/read/go_number.h"

namespace stackd::compose {

namespace {

using Path = std::vector<std::string_view>;

enum class Rule {
  deep,           // mappings key by key, lists appended, scalars replaced
  replace,        // the later value, null too
  pairs,          // both as a list of "key=value"
  extra_hosts,    // the same, without those that are there already
  build,          // a text is the context
  depends_on,     // a list is a mapping with the default condition
  names,          // a list is a mapping of names to null
  logging,        // deep with one driver, else replaced
  address_pools,  // by subnet
};

struct PathRule {
  std::string_view path;
  Rule rule;
};

constexpr PathRule service_rules[] = {
    {"annotations", Rule::pairs},
    {"build", Rule::build},
    {"build.args", Rule::pairs},
    {"build.additional_contexts", Rule::pairs},
    {"build.extra_hosts", Rule::extra_hosts},
    {"build.labels", Rule::pairs},
    {"command", Rule::replace},
    {"depends_on", Rule::depends_on},
    {"deploy.labels", Rule::pairs},
    {"dns", Rule::pairs},
    {"dns_opt", Rule::pairs},
    {"dns_search", Rule::pairs},
    {"entrypoint", Rule::replace},
    {"env_file", Rule::pairs},
    {"label_file", Rule::pairs},
    {"environment", Rule::pairs},
    {"extra_hosts", Rule::extra_hosts},
    {"healthcheck.test", Rule::replace},
    {"labels", Rule::pairs},
    {"logging", Rule::logging},
    {"models", Rule::names},
    {"networks", Rule::names},
    {"sysctls", Rule::pairs},
    {"tmpfs", Rule::pairs},
    {"ulimits.*", Rule::replace},
};
constexpr PathRule network_rules[] = {{"ipam.config", Rule::address_pools}, {"labels", Rule::pairs}};
constexpr PathRule volume_rules[] = {{"labels", Rule::pairs}};

bool matches(const Path& path, std::string_view pattern) {
  std::size_t at = 2;
  while (at < path.size()) {
    const std::size_t dot = pattern.find('.');
    const std::string_view part = pattern.substr(0, dot);
    if (part != "*" && part != path[at]) return false;
    ++at;
    if (dot == std::string_view::npos) return at == path.size();
    pattern.remove_prefix(dot + 1);
  }
  return false;
}

template <std::size_t N>
Rule find_rule(const Path& path, const PathRule (&rules)[N]) {
  const auto* found = std::find_if(std::begin(rules), std::end(rules),
                                   [&](const PathRule& rule) { return matches(path, rule.path); });
  return found == std::end(rules) ? Rule::deep : found->rule;
}

Rule rule_for(const Path& path) {
  if (path.size() < 3) return Rule::deep;
  if (path[0] == "services") return find_rule(path, service_rules);
  if (path[0] == "networks") return find_rule(path, network_rules);
  if (path[0] == "volumes") return find_rule(path, volume_rules);
  return Rule::deep;
}

/// A mapping as "key=value" texts, sorted; a text as a list of one; null as an empty list.
List to_pairs(Node node) {
  if (node.is_list()) return std::move(node.as_list());
  List list;
  if (node.is_text()) {
    list.push_back(std::move(node));
  } else if (node.is_map()) {
    for (Entry& entry : node.as_map()) {
      if (entry.value.is_null()) {
        list.push_back(Node::text(entry.key, entry.key_mark));
      } else if (entry.value.is_list()) {
        for (const Node& item : entry.value.as_list())
          list.push_back(Node::text(entry.key + "=" + to_go_text(item), item.mark()));
      } else {
        list.push_back(Node::text(entry.key + "=" + to_go_text(entry.value), entry.value.mark()));
      }
    }
    std::stable_sort(list.begin(), list.end(),
                     [](const Node& a, const Node& b) { return a.as_text() < b.as_text(); });
  }
  return list;
}

Node default_dependency(Mark mark) {
  Map map;
  map.set("condition", Node::text("service_started", mark));
  map.set("required", Node::boolean(true, mark));
  return Node::map(std::move(map), mark);
}

/// A list of names as a mapping; null as an empty one.
Node to_names(Node node, bool dependencies) {
  if (node.is_map()) return node;
  Map map;
  if (node.is_list()) {
    for (const Node& item : node.as_list()) {
      if (!item.is_text()) continue;  // the schema speaks up
      map.set(item.as_text(), dependencies ? default_dependency(item.mark()) : Node::null(item.mark()),
              item.mark());
    }
  }
  return Node::map(std::move(map), node.mark());
}

Node to_build(Node node) {
  if (!node.is_text()) return node.is_map() ? std::move(node) : Node::map({}, node.mark());
  const Mark mark = node.mark();
  Map map;
  map.set("context", std::move(node));
  return Node::map(std::move(map), mark);
}

bool same_at(const Node& a, const Node& b, std::string_view key) {
  const Node* left = a.find(key);
  const Node* right = b.find(key);
  if (left == nullptr || right == nullptr)
    return (left == nullptr || left->is_null()) && (right == nullptr || right->is_null());
  return *left == *right;
}

class Merge {
 public:
  explicit Merge(Report& report) : report_(report) {}

  void values(Node& base, Node over);
  void mappings(Node& base, Node over);
  Path path;

 private:
  void deep(Node& base, Node over);
  void logging(Node& base, Node over);
  void address_pools(Node& base, const Node& over);
  void conflict(const Node& base, const Node& over);

  Report& report_;
};

void Merge::conflict(const Node& base, const Node& over) {
  std::string where;
  for (const std::string_view part : path) where += (where.empty() ? "" : ".") + std::string(part);
  report_.error({.message = "cannot override " + where + ": this is a " +
                            std::string(to_string(over.kind())) + ", the earlier value is a " +
                            std::string(to_string(base.kind())),
                 .mark = over.mark(),
                 .advice = "write both in the same way, or put !override before the later one",
                 .related = "the earlier value is here",
                 .related_mark = base.mark()});
}

void Merge::values(Node& base, Node over) {
  switch (rule_for(path)) {
    case Rule::deep:
      return deep(base, std::move(over));
    case Rule::replace:
      base = std::move(over);
      return;
    case Rule::pairs: {
      const Mark mark = base.mark();
      List list = to_pairs(std::move(base));
      for (Node& item : to_pairs(std::move(over))) list.push_back(std::move(item));
      base = Node::list(std::move(list), mark);
      return;
    }
    case Rule::extra_hosts: {
      const Mark mark = base.mark();
      List list = to_pairs(std::move(base));
      const std::size_t earlier = list.size();
      for (Node& item : to_pairs(std::move(over))) {
        const auto end = list.begin() + static_cast<std::ptrdiff_t>(earlier);
        if (std::find(list.begin(), end, item) == end) list.push_back(std::move(item));
      }
      base = Node::list(std::move(list), mark);
      return;
    }
    case Rule::build:
      base = to_build(std::move(base));
      return mappings(base, to_build(std::move(over)));
    case Rule::depends_on:
    case Rule::names: {
      const bool dependencies = rule_for(path) == Rule::depends_on;
      base = to_names(std::move(base), dependencies);
      return mappings(base, to_names(std::move(over), dependencies));
    }
    case Rule::logging:
      return logging(base, std::move(over));
    case Rule::address_pools:
      return address_pools(base, over);
  }
}

void Merge::deep(Node& base, Node over) {
  if (over.is_null()) return;
  if (base.is_map()) {
    if (!over.is_map()) return conflict(base, over);
    mappings(base, std::move(over));
  } else if (base.is_list()) {
    if (!over.is_list()) return conflict(base, over);
    for (Node& item : over.as_list()) base.as_list().push_back(std::move(item));
  } else {
    base = std::move(over);
  }
}

void Merge::mappings(Node& base, Node over) {
  for (Entry& entry : over.as_map()) {
    Node* there = base.as_map().find(entry.key);
    if (there == nullptr) {
      base.as_map().set(std::move(entry));
      continue;
    }
    path.push_back(entry.key);
    values(*there, std::move(entry.value));
    path.pop_back();
  }
}

void Merge::logging(Node& base, Node over) {
  if (!base.is_map() || !over.is_map()) return conflict(base, over);
  const bool one_driver =
      same_at(base, over, "driver") || base.find("driver") == nullptr || over.find("driver") == nullptr;
  if (one_driver) return mappings(base, std::move(over));
  base = std::move(over);
}

/// Compose's own rule, to the letter: a pool of the base that no later one names by its subnet is lost.
void Merge::address_pools(Node& base, const Node& over) {
  if (!base.is_list() || !over.is_list()) return conflict(base, over);
  List pools;
  const auto with_subnet_of = [&pools](const Node& pool) {
    return std::find_if(pools.begin(), pools.end(),
                        [&](const Node& other) { return same_at(other, pool, "subnet"); });
  };
  for (Node& original : base.as_list()) {
    for (const Node& later : over.as_list()) {
      if (!original.is_map() || !later.is_map()) continue;  // the schema speaks up
      if (!same_at(later, original, "subnet") && with_subnet_of(later) == pools.end()) {
        pools.push_back(later);
        continue;
      }
      mappings(original, later);
      const auto there = with_subnet_of(original);
      if (there != pools.end()) {
        *there = original;
      } else {
        pools.push_back(original);
      }
    }
  }
  base.as_list() = std::move(pools);
}

void remove(Node& node, const KeyPath& path, std::size_t at) {
  if (!node.is_map() || at >= path.size()) return;
  if (at + 1 == path.size()) {
    node.as_map().erase(path[at]);
  } else if (Node* next = node.as_map().find(path[at])) {
    remove(*next, path, at + 1);
  }
}

}  // namespace

void merge_file(Node& base, Node over, Report& report) {
  Merge(report).mappings(base, std::move(over));
}

void merge_service(Node& base, Node over, Report& report) {
  Merge merge(report);
  merge.path = {"services", "x"};
  merge.mappings(base, std::move(over));
}

void remove_replaced(Node& base, const std::vector<KeyPath>& replaced) {
  for (const KeyPath& path : replaced) remove(base, path, 0);
}

}  // namespace stackd::compose
