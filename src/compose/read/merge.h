// One configuration laid over another: the override rules of Compose, attribute by attribute.
#pragma once

#include "compose/read/diagnostic.h"
#include "compose/read/document.h"
#include "compose/read/node.h"

namespace stackd::compose {

/// Lays a file over what the earlier ones say. Both are mappings.
void merge_file(Node& base, Node over, Report& report);

/// The same for two services, as `extends` does.
void merge_service(Node& base, Node over, Report& report);

/// Removes what lies at the paths that a later document wants to replace.
void remove_replaced(Node& base, const std::vector<KeyPath>& replaced);

}  // namespace stackd::compose
