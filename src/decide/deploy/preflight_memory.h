// The part of a preflight that is about memory: what starts beside its predecessor needs room for both. For
// preflight.cc.
#pragma once

#include <string>
#include <vector>

#include "decide/deploy/preflight.h"
#include "decide/picture/state.h"

namespace stackd::decide {

/// The running containers of a service whose successors start beside them, as many as at once.
std::vector<const ObservedContainer*> doubled(const State& next, const Service& service);

struct MemoryVerdict {
  std::string obstacle;  // what is reserved does not fit; "": it does
  std::string warning;   // what is in use now would not
};

/// What a service says that it needs is believed; what it uses now may be less in a successor.
MemoryVerdict memory_verdict(const State& next, const Surroundings& around);

}  // namespace stackd::decide
