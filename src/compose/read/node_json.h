// A canonical configuration as JSON text, which is how releases keep it, and back. Values only: marks and
// tags are gone.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "compose/read/node.h"

namespace stackd::compose {

/// Without blanks, keys in the order of the tree.
std::string to_json(const Node& node);

/// Errors: invalid.
Result<Node> node_from_json(std::string_view text);

}  // namespace stackd::compose
