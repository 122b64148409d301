// From the canonical configuration to the typed Stack that everything else works with. Total: whatever the
// tree says, the result is a Stack or the list of what is wrong, each at its place. It refuses what the
// Compose Specification allows but no one Linux host can do, and x-stackd keys that mean nothing.
#pragma once

#include <optional>
#include <vector>

#include "compose/read/diagnostic.h"
#include "compose/read/node.h"
#include "model/stack.h"

namespace stackd::compose {

struct BindResult {
  std::optional<Stack> stack;  // absent when there are errors
  std::vector<Diagnostic> errors;
  std::vector<Diagnostic> warnings;

  [[nodiscard]] bool ok() const { return stack.has_value(); }
};

/// `model` is Project::model, or what a release kept of it.
BindResult bind(const Node& model, StackSource source);

}  // namespace stackd::compose
