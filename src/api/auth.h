// Who is calling. The socket's mode and group decide who may connect (root and the group "stackd"), and who
// may connect may do everything: a stack's records hold its secrets, so there is no harmless half.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "runtime/listener.h"

namespace stackd::api {

/// The peer's name as the system knows it, else "uid 1000". Errors: invalid for a caller that the kernel
/// doesn't vouch for: this API is for unix sockets only.
Result<std::string> caller_name(const std::optional<runtime::PeerCredentials>& peer);

}  // namespace stackd::api
