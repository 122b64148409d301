// YAML as go-yaml writes it with an indentation of two: which texts get which quotes, block style
// throughout.
#pragma once

#include <string>

#include "compose/read/node.h"

namespace stackd::compose {

/// `sorted` puts the keys of every mapping in go-yaml's order (numbers by their value); else as in the tree.
/// With a trailing newline.
std::string to_go_yaml(const Node& node, bool sorted);

/// Is `a` written before `b`?
bool yaml_key_less(std::string_view a, std::string_view b);

}  // namespace stackd::compose
