// The Store over SQLite.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace stackd::store {

/// Opens or creates the file at `path`; its folder becomes 0700, the file 0600. Only one stackd at a time
/// can have it. A file that can't be used is left exactly as it is; errors, which name it: invalid (the
/// folder can't be ours), conflict (another stackd has it), unavailable (no permission, no space, written by
/// a newer stackd), internal (damaged).
Result<std::unique_ptr<Store>> open_store(const std::string& path);

/// A database in memory that all stores of one name in this process share; it lasts as long as one of them.
/// Destroying a Store is to it what kill -9 is to a file: what was not committed is gone.
Result<std::unique_ptr<Store>> open_memory_store(const std::string& name);

}  // namespace stackd::store
