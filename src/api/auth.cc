#include "api/auth.h"

#include <array>
#include <pwd.h>

namespace stackd::api {

Result<std::string> caller_name(const std::optional<runtime::PeerCredentials>& peer) {
  if (!peer) return Error{ErrorKind::invalid, "the API answers on its unix socket only"};
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> buffer{};
  const int failed = getpwuid_r(peer->user_id, &entry, buffer.data(), buffer.size(), &found);
  if (failed != 0 || found == nullptr) return "uid " + std::to_string(peer->user_id);
  return std::string(found->pw_name);
}

}  // namespace stackd::api
