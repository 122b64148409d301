// Finds out who has what the engine refused, so that the message can name it.
#pragma once

#include <memory>
#include <string>

#include "daemon/host/edges.h"
#include "model/stack.h"

namespace stackd::daemon {

/// The refusal, with who has what is wanted, and what can be done: "address 10.77.31.2 of network inner is
/// taken by container shop-web-1, of service web of project shop". As it is where it is about something else,
/// or where nobody is found. `service` is the one that is made or started, "" where a network is; `network`
/// the key of that.
runtime::Task<Error> with_holder(Edges edges, std::shared_ptr<const Stack> stack, std::string service,
                                 std::string network, Error refusal);

}  // namespace stackd::daemon
