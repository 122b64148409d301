#include "daemon/ledger/ledgers.h"

namespace stackd::daemon {

Ledgers::Ledgers(const Edges& edges, const std::string& stack)
    : late(edges.executor, edges.clock, stack),
      boot_id({edges.store.ledgers(), late, stack}),
      own_stops({edges.store.ledgers(), late, stack}),
      restarts({edges.store.ledgers(), late, stack}),
      gate_stops({edges.store.ledgers(), late, stack}),
      wanted({edges.store.ledgers(), late, stack}),
      anonymous_volumes({edges.store.ledgers(), late, stack}),
      volumes({edges.store.ledgers(), late, stack}),
      ill_services({edges.store.ledgers(), late, stack}),
      made_with({edges.store.ledgers(), late, stack}) {}

Result<void> Ledgers::load(decide::Memory& memory, decide::Wishes& wishes) {
  Result<void> loaded = boot_id.load();
  if (loaded) loaded = own_stops.load(memory);
  if (loaded) loaded = restarts.load(wishes.restarts);
  if (loaded) loaded = gate_stops.load();
  if (loaded) loaded = wanted.load(memory);
  if (loaded) loaded = anonymous_volumes.load(memory);
  if (loaded) loaded = volumes.load();
  if (loaded) loaded = made_with.load(memory);
  if (!loaded) return loaded.error().while_doing("what is remembered of the stack");
  return {};
}

}  // namespace stackd::daemon
