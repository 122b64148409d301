// How the oracle speaks of what it sees, and the spans that it allows.
#pragma once

#include <chrono>
#include <string>

#include "model/identity.h"
#include "support/builders.h"
#include "support/sim_host.h"

namespace stackd::sim {

/// How long stackd may act on a picture that no event corrected: until it looks again of its own accord.
constexpr Duration resync = std::chrono::seconds(190);
/// How long an order may be under way that was given on an older picture.
constexpr Duration reaction = std::chrono::seconds(3);
/// The longest that a call or what it waits for may take.
constexpr Duration in_flight = std::chrono::seconds(100);

inline std::string generation_of(const HostContainer& container) {
  const auto found = container.seen.environment.find("GENERATION");
  return found == container.seen.environment.end() ? std::string() : found->second.value_or("");
}

inline std::string release_of(const HostContainer& container) {
  const auto found = container.seen.labels.find(std::string(label::release));
  return found == container.seen.labels.end() ? std::string() : found->second;
}

inline std::string policy_word(const ServiceDraft& draft) {
  return draft.restart.substr(0, draft.restart.find(':'));
}

inline std::string describe(const HostContainer& container) {
  return container.seen.name + " (" + short_id(container.seen.id) + ")";
}

}  // namespace stackd::sim
