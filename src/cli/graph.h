// The start order of a stack as a picture. Pure.
#pragma once

#include <string>

#include "base/json.h"
#include "model/stack.h"

namespace stackd::cli {

/// A line a service, numbered by the round in which it may start at the earliest, with what it waits for.
std::string graph_text(const Stack& stack);

/// For `dot -Tsvg`.
std::string graph_dot(const Stack& stack);

/// For Markdown and mermaid.live.
std::string graph_mermaid(const Stack& stack);

/// {"levels": [[service]], "edges": [{"from", "to", "condition", "required"}]}; `from` waits for `to`.
json::value graph_json(const Stack& stack);

}  // namespace stackd::cli
