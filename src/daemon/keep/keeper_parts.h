// What the parts of one stack's keeper share. The keeper owns it all, and outlives its parts.
#pragma once

#include "daemon/keep/engine_view.h"
#include "daemon/keep/stack_journal.h"
#include "daemon/keep/stack_state.h"
#include "daemon/ledger/ledgers.h"
#include "runtime/bell.h"
#include "runtime/task_group.h"

namespace stackd::daemon {

struct KeeperParts {
  Edges edges;
  StackState& stack;
  Ledgers& ledgers;
  StackJournal& journal;
  EngineView& view;
  runtime::TaskGroup& tasks;
  runtime::Bell& bell;  // wakes the loop
};

}  // namespace stackd::daemon
