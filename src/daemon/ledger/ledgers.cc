#include "daemon/ledger/ledgers.h"

namespace stackd::daemon {

Ledgers::Ledgers(const LedgerPlace& place)
    : boot_id(place),
      own_stops(place),
      gate_stops(place),
      wanted(place),
      anonymous_volumes(place),
      volumes(place),
      ill_services(place) {}

Result<void> Ledgers::load(decide::Memory& memory) {
  Result<void> loaded = boot_id.load();
  if (loaded) loaded = own_stops.load(memory);
  if (loaded) loaded = gate_stops.load();
  if (loaded) loaded = wanted.load(memory);
  if (loaded) loaded = anonymous_volumes.load(memory);
  if (loaded) loaded = volumes.load();
  if (!loaded) return loaded.error().while_doing("what is remembered of the stack");
  return {};
}

}  // namespace stackd::daemon
