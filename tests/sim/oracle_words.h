// How the oracle speaks of what it sees.
#pragma once

#include <string>

#include "model/identity.h"
#include "support/builders.h"
#include "support/sim_host.h"

namespace stackd::sim {

inline std::string generation_of(const HostContainer& container) {
  const auto found = container.seen.environment.find("GENERATION");
  return found == container.seen.environment.end() ? std::string() : found->second.value_or("");
}

inline std::string policy_word(const ServiceDraft& draft) {
  return draft.restart.substr(0, draft.restart.find(':'));
}

inline std::string describe(const HostContainer& container) {
  return container.seen.name + " (" + short_id(container.seen.id) + ")";
}

}  // namespace stackd::sim
