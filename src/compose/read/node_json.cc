#include "compose/read/node_json.h"

#include <cmath>

#include "base/json.h"
#include "compose/read/go_number.h"

namespace stackd::compose {

namespace {

json::value to_value(const Node& node) {
  switch (node.kind()) {
    case NodeKind::null:
      return nullptr;
    case NodeKind::boolean:
      return node.as_boolean();
    case NodeKind::integer:
      if (const auto number = node.integer_value()) return *number;
      return std::stoull(node.integer_text());
    case NodeKind::real:
      // JSON has no infinity: as a number it could not be read back.
      if (!std::isfinite(node.as_real())) return json::string(to_go_text(node.as_real()));
      return node.as_real();
    case NodeKind::text:
      return json::string(node.as_text());
    case NodeKind::list: {
      json::array array;
      array.reserve(node.as_list().size());
      for (const Node& item : node.as_list()) array.push_back(to_value(item));
      return array;
    }
    case NodeKind::map: {
      json::object object;
      object.reserve(node.as_map().size());
      for (const Entry& entry : node.as_map()) object.emplace(entry.key, to_value(entry.value));
      return object;
    }
  }
  return nullptr;
}

Node from_value(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return Node::null();
    case json::kind::bool_:
      return Node::boolean(value.get_bool());
    case json::kind::int64:
      return Node::integer(value.get_int64());
    case json::kind::uint64:
      return Node::unsigned_integer(value.get_uint64());
    case json::kind::double_:
      return Node::real(value.get_double());
    case json::kind::string:
      return Node::text(std::string(value.get_string()));
    case json::kind::array: {
      List list;
      list.reserve(value.get_array().size());
      for (const json::value& item : value.get_array()) list.push_back(from_value(item));
      return Node::list(std::move(list));
    }
    case json::kind::object: {
      Map map;
      map.reserve(value.get_object().size());
      for (const auto& pair : value.get_object()) map.set(std::string(pair.key()), from_value(pair.value()));
      return Node::map(std::move(map));
    }
  }
  return Node::null();
}

}  // namespace

std::string to_json(const Node& node) {
  return stackd::to_text(to_value(node));
}

Result<Node> node_from_json(std::string_view text) {
  const Result<json::value> value = parse_json(text);
  if (!value) return value.error();
  return from_value(*value);
}

}  // namespace stackd::compose
