// Asks the addresses of a stack's `verify` as a visitor would: each by a connection of its own, certificates
// held against the authorities that the host trusts, redirects not followed. What the answers mean is decided
// in decide/deploy/verify.h.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "daemon/host/edges.h"
#include "decide/deploy/verify.h"

namespace stackd::daemon {

/// Called after each answer, and when an address is given up; `news` is "" when it is the same as before.
using OnAnswer = std::function<void(const std::string& news)>;

/// Asks one of the addresses until it has passed or its time is over. Ends also when nobody holds the
/// verification any more, after the question that is open; then nothing is called.
runtime::Task<void> ask_address(Edges edges, std::weak_ptr<decide::Verification> verification,
                                std::size_t index, OnAnswer on_answer);

}  // namespace stackd::daemon
