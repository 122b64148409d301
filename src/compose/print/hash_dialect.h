// How the JSON that Compose hashes differs from version to version, beyond its print style.
#pragma once

#include "compose/read/node.h"
#include "model/hash_dialect.h"

namespace stackd::compose {

/// Does the canonical service tell what a version of this dialect hashes? Not where that depends on how
/// something was written.
bool is_certain_in(const Node& service, HashDialect dialect);

/// Removes from a canonical service what containers of one configuration may differ in.
void keep_relevant(Map& service, HashDialect dialect);

/// Rewrites a printed service as the dialect has it; what is not certain, as it is usually written.
void put_into_dialect(Node& printed, HashDialect dialect);

}  // namespace stackd::compose
