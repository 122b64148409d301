// JSON as Go's encoder writes it: its escapes, its numbers, its indentation.
#pragma once

#include <string>

#include "compose/read/node.h"

namespace stackd::compose {

struct JsonStyle {
  bool indented = false;            // by two blanks
  bool empty_list_is_null = false;  // as Go writes a list that was never made
  bool sorted = false;              // keys bytewise, whatever their order in the tree
};

/// Without a trailing newline. A text may hold a placeholder between two \x01, which is written as it is.
std::string to_go_json(const Node& node, JsonStyle style);

}  // namespace stackd::compose
