#include "compose/print/printed.h"

#include <algorithm>

#include "base/text.h"
#include "compose/print/go_yaml.h"

namespace stackd::compose {

namespace {

/// Is `a` written before `b`?
using KeyLess = bool (*)(std::string_view a, std::string_view b);

bool json_key_less(std::string_view a, std::string_view b) {
  return a < b;
}

/// Everything below in the order in which Go writes the keys of maps.
Node in_order(const Node& node, KeyLess less) {
  if (node.is_list()) {
    List list;
    for (const Node& item : node.as_list()) list.push_back(in_order(item, less));
    return Node::list(std::move(list));
  }
  if (!node.is_map()) return node;
  std::vector<const Entry*> entries;
  for (const Entry& entry : node.as_map()) entries.push_back(&entry);
  std::stable_sort(entries.begin(), entries.end(),
                   [less](const Entry* a, const Entry* b) { return less(a->key, b->key); });
  Map map;
  for (const Entry* entry : entries) map.set(entry->key, in_order(entry->value, less));
  return Node::map(std::move(map));
}

Node in_yaml_order(const Node& node) {
  return in_order(node, yaml_key_less);
}

class Printing {
 public:
  explicit Printing(PrintStyle style) : style_(style) {}

  Node object(const Node& node, const Shape& shape);
  Node value(const Node& node, const Field& field, const Shape& shape);
  /// The x-* of an object, for YAML only.
  void extensions(const Node& node, Map& map) const;

 private:
  [[nodiscard]] bool is_yaml() const { return style_ == PrintStyle::yaml; }
  [[nodiscard]] bool is_hidden(const Node& object, const Field& field, const Shape& shape) const;
  std::optional<Node> absent(const Field& field);
  [[nodiscard]] std::string key_of(const Field& field, const Shape& shape) const;
  Node ulimits(const Node& node) const;
  Node ssh(const Node& node) const;
  Node env_files(const Node& node);

  PrintStyle style_;
};

/// What Compose shows although nothing is there.
std::optional<Node> Printing::absent(const Field& field) {
  if (field.form == Form::command) return is_yaml() ? std::nullopt : std::optional(Node::null());
  if (field.form == Form::object)
    return is_yaml() ? std::nullopt : std::optional(object(Node::map(), *field.shape));
  if (field.form == Form::text) return Node::text("");
  if (field.form == Form::size) return Node::text("0");
  return field.form == Form::boolean ? Node::boolean(false) : Node::integer(0);
}

bool Printing::is_hidden(const Node& object, const Field& field, const Shape& shape) const {
  // What came from a variable may be secret.
  if (&shape == &config_shape && field.key == "content") return object.find("environment") != nullptr;
  if (field.key != "create_host_path") return false;
  // Compose 2 shows what is true, Compose 5 what is not.
  const Node& written = *object.find(field.key);
  return written.is_boolean() && written.as_boolean() == (style_ == PrintStyle::hash_v5);
}

std::string Printing::key_of(const Field& field, const Shape& shape) const {
  std::string key(field.key);
  // Compose gave these no names for JSON.
  const bool nameless = shape.what == "a device limit" || shape.what == "a device weight";
  if (nameless && !is_yaml()) key.front() = static_cast<char>(key.front() - 'a' + 'A');
  return key;
}

Node Printing::ulimits(const Node& node) const {
  if (!is_yaml()) return node;
  Map map;
  const Node ordered = in_yaml_order(node);
  for (const Entry& entry : ordered.as_map()) {
    if (!entry.value.is_map()) {
      map.set(entry);
      continue;
    }
    Map limit;
    for (const std::string_view key : {"soft", "hard"}) {
      const Node* written = entry.value.find(key);
      limit.set(key, written == nullptr ? Node::integer(0) : *written);
    }
    map.set(entry.key, Node::map(std::move(limit)));
  }
  return Node::map(std::move(map));
}

Node Printing::ssh(const Node& node) const {
  List keys;
  for (const Node& key : node.as_list()) {
    if (!key.is_text()) continue;
    std::string text = key.as_text();
    if (const std::size_t equals = text.find('='); equals != std::string::npos) text.replace(equals, 1, ": ");
    keys.push_back(Node::text(std::move(text)));
  }
  return Node::list(std::move(keys));
}

Node Printing::env_files(const Node& node) {
  List files;
  for (const Node& file : node.as_list()) {
    const Node* required = file.find("required");
    const bool short_form = required != nullptr && required->as_boolean();
    files.push_back(short_form ? *file.find("path") : file);
  }
  return Node::list(std::move(files));
}

Node Printing::value(const Node& node, const Field& field, const Shape& shape) {
  // A record may hold what the loader would never have let through.
  if (!node.is_map() && !node.is_list()) return node;
  if (field.form == Form::ulimit && node.is_map()) return ulimits(node);
  if (field.form == Form::ssh && node.is_list()) return ssh(node);
  if (&shape == &service_shape && field.key == "env_file" && node.is_list()) return env_files(node);
  if (field.shape == nullptr) return is_yaml() && node.is_map() ? in_yaml_order(node) : node;
  if (node.is_list()) {
    List list;
    list.reserve(node.as_list().size());
    for (const Node& item : node.as_list()) list.push_back(object(item, *field.shape));
    return Node::list(std::move(list));
  }
  if (field.form == Form::object) return object(node, *field.shape);
  std::vector<const Entry*> entries;
  entries.reserve(node.as_map().size());
  for (const Entry& entry : node.as_map()) entries.push_back(&entry);
  if (is_yaml())
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Entry* a, const Entry* b) { return yaml_key_less(a->key, b->key); });
  Map map;
  map.reserve(entries.size());
  for (const Entry* entry : entries)
    map.set(entry->key, entry->value.is_map() ? object(entry->value, *field.shape) : entry->value);
  return Node::map(std::move(map));
}

Node Printing::object(const Node& node, const Shape& shape) {
  Map map;
  for (const Field& field : shape.fields) {
    const Node* written = node.find(field.key);
    if (written != nullptr && is_hidden(node, field, shape)) continue;
    if (written != nullptr) {
      Node printed = value(*written, field, shape);
      const bool empty = is_yaml() && field.form == Form::object && field.presence == Presence::always &&
                         printed.as_map().empty();
      if (!empty) map.set(key_of(field, shape), std::move(printed));
    } else if (field.presence == Presence::always) {
      if (std::optional<Node> nothing = absent(field)) map.set(key_of(field, shape), *std::move(nothing));
    }
  }
  extensions(node, map);
  return Node::map(std::move(map));
}

void Printing::extensions(const Node& node, Map& map) const {
  if (!is_yaml()) return;
  Map found;
  for (const Entry& entry : node.as_map())
    if (is_extension(entry.key)) found.set(entry);
  Node ordered = in_yaml_order(Node::map(std::move(found)));
  for (Entry& entry : ordered.as_map()) map.set(std::move(entry));
}

Node without_read_files(const Node& services) {
  Node copy = services;
  for (Entry& entry : copy.as_map()) {
    entry.value.as_map().erase("env_file");
    entry.value.as_map().erase("label_file");
  }
  return copy;
}

}  // namespace

Node to_printed(const Node& object, const Shape& shape, PrintStyle style) {
  return Printing(style).object(object, shape);
}

Node to_printed(const Node& model, PrintStyle style) {
  Printing printing(style);
  Map map;
  const auto add = [&](std::string_view key) {
    const Node* node = model.find(key);
    if (node == nullptr) return;
    const Node value = key == "services" ? without_read_files(*node) : *node;
    map.set(key, printing.value(value, *file_shape.find(key), file_shape));
  };
  if (style == PrintStyle::yaml) {
    for (const std::string_view key :
         {"name", "services", "networks", "volumes", "secrets", "configs", "models"})
      add(key);
  } else {
    for (const std::string_view key : {"configs", "name", "networks", "secrets", "services", "volumes"})
      add(key);
  }
  if (style == PrintStyle::yaml) {
    printing.extensions(model, map);
  } else {
    for (const Entry& entry : model.as_map())
      if (is_extension(entry.key)) map.set(entry.key, in_order(entry.value, json_key_less));
  }
  return Node::map(std::move(map));
}

}  // namespace stackd::compose
