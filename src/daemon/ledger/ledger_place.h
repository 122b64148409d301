// Where a ledger of one stack writes to. A ledger keeps one kind of what the next stackd has to know; it is
// the only one who reads and writes that kind.
#pragma once

#include <string>

#include "daemon/ledger/late_writes.h"
#include "store/ledger_tables.h"

namespace stackd::daemon {

/// All of it outlives the ledger.
struct LedgerPlace {
  store::LedgerTables& tables;
  LateWrites& late;
  std::string stack;
};

}  // namespace stackd::daemon
