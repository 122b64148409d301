// The tables and their history. A migration that was released is never changed; a new one is appended.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "store/sqlite.h"

namespace stackd::store {

/// The version that this program writes: the number of migrations.
std::int64_t schema_version();

/// The version in the database; 0: it is empty. Changes nothing.
Result<std::int64_t> schema_version_of(Database& database);

/// Brings a database up to schema_version(), each step in a transaction of its own. Errors: unavailable when
/// a newer stackd wrote it (nothing is changed then), those of the database else.
Result<void> migrate(Database& database);

}  // namespace stackd::store
