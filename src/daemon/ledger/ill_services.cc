#include "daemon/ledger/ill_services.h"

namespace stackd::daemon {

Result<std::set<std::string>> IllServices::load() const {
  return place_.tables.ill_services(place_.stack);
}

void IllServices::note(const std::set<std::string>& services) {
  place_.late.put("ill services", "what was no good before the rollout",
                  [this, services] { return place_.tables.put_ill_services(place_.stack, services); });
}

}  // namespace stackd::daemon
