// Proxies that ask a successor which is not ready yet. A `join: ready` network keeps it away from them, but
// only who shares no other network with it: there its name leads to it from its first moment on.
#pragma once

#include <string>
#include <vector>

#include "decide/picture/state.h"

namespace stackd::decide {

/// A service that visitors reach, and what it reaches too early.
struct EarlyReach {
  std::string proxy;
  std::vector<std::string> services;
  std::vector<std::string> networks;  // that they share, and that nobody joins when ready
};

/// By the proxies' names. Who publishes no port of the host, or neither waits for the other nor meets it on a
/// `join: ready` network, is no proxy of it; what stops before its successor starts has none that is reached
/// early.
std::vector<EarlyReach> early_reaches(const State& state);

/// "caddy shares network default with web, whose successor …"
std::string sentence_of(const EarlyReach& reach);
/// What to write instead.
std::string way_out(const Stack& stack, const EarlyReach& reach);

}  // namespace stackd::decide
