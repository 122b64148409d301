// Containers of others, whose namespaces services share: when one is started or made anew, what shares its
// namespace runs on without an interface, until it is started again too.
#pragma once

#include <string>
#include <vector>

#include "decide/picture/state.h"

namespace stackd::decide {

/// Remembers which run of each is seen, by our own clock: the calendar's may be set.
void note_strangers(Memory& memory, const Observed& observed, Time now);

struct AbsentStranger {
  std::string key;       // where the file names it: "network_mode"
  std::string sentence;  // "container vpn, whose namespace it shares, is not running"
  bool gone = false;     // there is none of that name
};

/// Beside whom the service can't be started now.
std::vector<AbsentStranger> absent_strangers(const State& state, const Service& service);

/// The namespace that this container was started in is there no more; "" while it is.
std::string lost_stranger(const State& state, const Service& service, const ObservedContainer& container);

/// It was made to share with a stranger that is gone: no start would find another. "" when it was not.
std::string replaced_stranger(const State& state, const Service& service, const ObservedContainer& container);

}  // namespace stackd::decide
