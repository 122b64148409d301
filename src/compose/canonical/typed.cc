#include "compose/canonical/typed.h"

#include <algorithm>

#include "base/text.h"
#include "compose/canonical/schema.h"
#include "compose/canonical/typed_value.h"

namespace stackd::compose {

namespace {

bool is_zero(const Node& node) {
  switch (node.kind()) {
    case NodeKind::null:
      return true;
    case NodeKind::boolean:
      return !node.as_boolean();
    case NodeKind::integer:
      return node.integer_value() == 0;
    case NodeKind::real:
      return node.as_real() == 0;
    case NodeKind::text:
      return node.as_text().empty();
    case NodeKind::list:
      return node.as_list().empty();
    case NodeKind::map:
      return node.as_map().empty();
  }
  return true;
}

bool is_kept(const Node& value, const Field& field) {
  if (value.is_null()) return false;
  if (field.form == Form::command) return true;  // an empty one clears what the image says
  // An empty object that was written is one; those that Compose always has are added when printing.
  if (field.form == Form::object) return field.presence != Presence::always || !value.as_map().empty();
  if (field.presence != Presence::nonzero) return true;
  if (field.form == Form::size) return value.as_text() != "0";
  if (field.form == Form::duration) return value.as_text() != "0s";
  return !is_zero(value);
}

class Typing {
 public:
  explicit Typing(Report& report) : report_(report) {}

  Node object(Node node, const Shape& shape);

 private:
  std::optional<Node> value(Node node, const Field& field);
  Node objects(Node node, const Shape& shape);
  Node object_map(Node node, const Field& field);

  Report& report_;
  std::vector<std::string> path_;
};

Node Typing::objects(Node node, const Shape& shape) {
  List list;
  std::size_t number = 0;
  for (Node& item : node.as_list()) {
    path_.push_back(std::to_string(number++));
    if (item.is_map()) list.push_back(object(std::move(item), shape));
    path_.pop_back();
  }
  return Node::list(std::move(list), node.mark());
}

Node Typing::object_map(Node node, const Field& field) {
  Map map;
  map.reserve(node.as_map().size());
  const bool null_is_empty = path_.size() == 1;  // resources, unlike the networks of a service
  for (Entry& entry : node.as_map()) {
    path_.push_back(entry.key);
    const NodeTag tag = entry.value.tag();
    if (entry.value.is_map()) {
      entry.value = object(std::move(entry.value), *field.shape);
      entry.value.set_tag(tag);
    } else if (null_is_empty) {
      entry.value = Node::map({}, entry.value.mark());
    }
    path_.pop_back();
    map.set(std::move(entry));
  }
  map.sort();
  return Node::map(std::move(map), node.mark());
}

std::optional<Node> Typing::value(Node node, const Field& field) {
  switch (field.form) {
    case Form::object:
      return node.is_map() ? std::optional(object(std::move(node), *field.shape)) : std::nullopt;
    case Form::objects:
      return node.is_list() ? std::optional(objects(std::move(node), *field.shape)) : std::nullopt;
    case Form::object_map:
      return node.is_map() ? std::optional(object_map(std::move(node), field)) : std::nullopt;
    case Form::any:
    case Form::text:
    case Form::boolean:
    case Form::integer:
    case Form::unsigned_number:
    case Form::real:
    case Form::real32:
    case Form::cpus:
    case Form::size:
    case Form::duration:
    case Form::file_mode:
    case Form::device_count:
    case Form::command:
    case Form::health_test:
    case Form::texts:
    case Form::environment:
    case Form::labels:
    case Form::options:
    case Form::text_map:
    case Form::multi_options:
    case Form::hosts:
    case Form::ssh:
    case Form::ulimit:
      break;
  }
  return typed_value(std::move(node), field, path_, report_);
}

Node Typing::object(Node node, const Shape& shape) {
  Map result;
  Map& map = node.as_map();
  for (const Field& field : shape.fields) {
    if (field.legacy) continue;
    Entry* entry = nullptr;
    for (Entry& candidate : map)
      if (candidate.key == field.key) entry = &candidate;
    if (entry == nullptr || entry->value.is_null()) continue;
    path_.emplace_back(field.key);
    std::optional<Node> typed = value(std::move(entry->value), field);
    path_.pop_back();
    if (typed && is_kept(*typed, field)) result.set(field.key, *std::move(typed), entry->key_mark);
  }
  Map extensions;
  for (Entry& entry : map)
    if (shape.extensions && is_extension(entry.key)) extensions.set(std::move(entry));
  extensions.sort();
  for (Entry& entry : extensions) result.set(std::move(entry));
  return Node::map(std::move(result), node.mark());
}

}  // namespace

Node to_typed(Node model, Report& report) {
  return Typing(report).object(std::move(model), file_shape);
}

}  // namespace stackd::compose
