// One value of a plain attribute, converted to the form that its attribute has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compose/canonical/schema.h"
#include "compose/read/diagnostic.h"

namespace stackd::compose {

/// `path` names the attribute in errors, key by key. Nothing when there is no value or it is wrong, which is
/// reported. Not for objects.
std::optional<Node> typed_value(Node node, const Field& field, const std::vector<std::string>& path,
                                Report& report);

}  // namespace stackd::compose
