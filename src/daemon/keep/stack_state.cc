#include "daemon/keep/stack_state.h"

#include <utility>

#include "base/check.h"

namespace stackd::daemon {

decide::State StackState::state(Time now) const {
  STACKD_CHECK(target.has_value());
  return {*target, wishes, observed, memory, busy, now};
}

Error StackState::without_release() const {
  STACKD_CHECK(!target.has_value());
  const std::string name = "stack " + record.name;
  if (parked) return {ErrorKind::conflict, name + " is parked: " + *parked};
  return {ErrorKind::not_found, name + " has no release yet; deploy it first"};
}

StackRecord StackState::record_as_wished() const {
  StackRecord changed = record;
  changed.wish = wish_at_gate.value_or(wishes.stack);
  changed.stopped_services = wishes.stopped;
  changed.ended_services = wishes.ended;
  return changed;
}

Result<void> store_record(store::Store& store, StackState& stack) {
  StackRecord changed = stack.record_as_wished();
  Result<void> stored = store.put_stack(changed);
  if (stored) stack.record = std::move(changed);
  return stored;
}

void store_record_late(store::Store& store, StackState& stack, LateWrites& late) {
  late.put("wishes", "what is to run", [&store, &stack] { return store_record(store, stack); });
}

}  // namespace stackd::daemon
