// A service that can take in changed configuration while it runs (x-stackd.reload): when it is reloaded
// instead of replaced, and what is remembered of it.
//
//   of all that makes its container only mounted folders changed, and they are on the host
//   as the release wants them                                    reloaded, once what it waits for is renewed
//   a file that is mounted by itself changed                     replaced: its mount keeps the file of before
//   it mounts the copies of a release, or the host's files are
//   others by now (a release is put back)                        replaced
//   a folder that it mounts is not the one at its path any more  replaced: it would read the one of before
//   the reload was refused, or gave no answer                    its rollout has failed
//
// While a reload is under way nobody knows what the container has read: that is on disk before it begins, so
// that a stackd which is killed meanwhile reloads again, or replaces it when the release is put back.
#pragma once

#include <string>

#include "decide/picture/state.h"
#include "decide/replace/planner.h"

namespace stackd::decide {

/// Why the container has to be replaced for the sake of what it mounts, "" when it need not: all is as the
/// release wants it, or a reload is enough.
std::string must_be_replaced_for_files(const State& state, const Service& service,
                                       const ObservedContainer& container);

/// "./caddy changed"; "" when it need not be reloaded, can't be, or has refused already.
std::string must_be_reloaded(const State& state, const Service& service, const ObservedContainer& container);

/// Plans the reload when it is its turn.
void reload_when_allowed(Planner& planner, const State& state, const Service& service,
                         const ObservedContainer& container);

/// The refusal that the container's rollout fails by; null when there is none.
const ReloadRefusal* refusal_of(const State& state, const ObservedContainer& container);

}  // namespace stackd::decide
