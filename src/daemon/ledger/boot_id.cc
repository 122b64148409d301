#include "daemon/ledger/boot_id.h"

namespace stackd::daemon {

Result<void> BootId::load() {
  Result<std::string> stored = place_.tables.boot_id(place_.stack);
  if (!stored) return stored.error();
  settled_ = *std::move(stored);
  return {};
}

void BootId::note_connected(const std::string& boot_id, bool was_gone) {
  connected_ = boot_id;
  const bool anew = boot_id.empty() ? was_gone : boot_id != settled_;
  restarted_ = restarted_ || anew;
}

void BootId::settle() {
  settled_ = connected_;
  place_.late.put("boot id", "which boot of the engine was seen",
                  [this, boot_id = settled_] { return place_.tables.put_boot_id(place_.stack, boot_id); });
}

}  // namespace stackd::daemon
