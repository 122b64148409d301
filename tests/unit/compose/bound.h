// Canonical configuration written as JSON, bound.
#pragma once

#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "compose/bind/bind.h"
#include "compose/read/node_json.h"

namespace stackd::compose::testing {

inline Node tree(const std::string& json) {
  Result<Node> node = node_from_json(json);
  if (!node) FAIL(node.error().message);
  return *std::move(node);
}

inline BindResult bound(const std::string& json) {
  return bind(tree(json), StackSource{});
}

inline Stack stack_of(const std::string& json) {
  BindResult result = bound(json);
  if (!result.ok()) FAIL(result.errors.front().message);
  return *std::move(result.stack);
}

inline std::string with_service(const std::string& body) {
  return R"({"name":"shop","services":{"web":{"image":"nginx",)" + body + "}}}";
}

inline Service service_of(const std::string& body) {
  return stack_of(with_service(body)).services.at("web");
}

inline std::vector<std::string> messages(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> texts;
  for (const Diagnostic& diagnostic : diagnostics) texts.push_back(diagnostic.message);
  return texts;
}

inline std::vector<std::string> errors_of(const std::string& json) {
  return messages(bound(json).errors);
}

}  // namespace stackd::compose::testing
