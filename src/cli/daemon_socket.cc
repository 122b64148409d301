#include <filesystem>

#include "cli/client.h"

namespace stackd::cli {

std::string socket_path(const Session& session) {
  if (!session.global.socket.empty()) return session.global.socket;
  if (std::string named = variable(session, "STACKD_SOCKET"); !named.empty()) return named;
  const std::string folder = variable(session, "XDG_RUNTIME_DIR");
  if (!session.is_root && !folder.empty()) {
    std::string own = folder + "/stackd/stackd.sock";
    std::error_code failed;
    if (std::filesystem::exists(own, failed)) return own;
  }
  return "/run/stackd/stackd.sock";
}

std::unique_ptr<Client> open_daemon(Session& session) {
  Result<std::unique_ptr<Client>> client = connect_client(socket_path(session), session.daemon_is_gone);
  if (client) return *std::move(client);
  (void)fail(session, client.error());
  return nullptr;
}

}  // namespace stackd::cli
