// One container against what its service should be now: keep it, or replace it, and why.
#pragma once

#include <string>
#include <vector>

#include "decide/picture/state.h"
#include "model/fingerprint.h"

namespace stackd::decide {

/// Has it another hash than expected, made by a version of Compose of which that says nothing?
bool may_be_the_same(const State& state, const Service& service, const ObservedContainer& container);

/// The key of a network that it is to be on from its creation, that is there, and that it is not on (any
/// more): it can be connected as it is. "" when there is none.
std::string missing_network(const State& state, const Service& service, const ObservedContainer& container);

/// Why the container can't stay as it is, "" when it can: "its configuration changed", "its image changed",
/// "it shares the network of db, which was replaced" …
std::string must_be_replaced(const State& state, const Service& service, const ObservedContainer& container);

/// The same, but for what the container itself has no part in: files that were changed on the host after it
/// was made.
std::string is_another(const State& state, const Service& service, const ObservedContainer& container);

/// Containers of the stack that the release does not ask for: of services that are gone from it, or with
/// numbers beyond the scale. Never among them are foreign projects, and services outside the profiles.
struct Surplus {
  const ObservedContainer* container = nullptr;
  std::string why;
  bool ours = false;  // false: only reported, never removed
};
std::vector<Surplus> surplus(const State& state);

/// The containers that two releases make for the service differ, by what the releases say. Needs both to have
/// it.
bool is_made_otherwise(const Desired& before, const Desired& now, const std::string& service);

}  // namespace stackd::decide
