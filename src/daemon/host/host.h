// The machine that stackd runs on, as far as a deploy may founder on it. Looks only, never waits on anything
// but the kernel; what can't be told is absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/surroundings.h"

namespace stackd::daemon {

class Host {
 public:
  /// `engine_socket` is the path of the engine's unix socket, "" when it is reached otherwise.
  Host(std::string state_folder, std::string engine_socket);

  /// Whether a path of the engine's is one of ours: a stackd in a container or of another machine sees
  /// others.
  [[nodiscard]] bool shares_files(const std::string& engine_folder) const;

  /// Waits for the path's file server, where it lies on one.
  [[nodiscard]] static std::optional<PathKind> kind(const std::string& path);
  /// Processors of this machine; 1 when it can't be told.
  [[nodiscard]] static std::size_t processors();
  /// What may still be written below the folder by whoever is not root.
  [[nodiscard]] std::optional<FreeSpace> space(const std::string& folder) const;
  [[nodiscard]] std::optional<FreeSpace> state_space() const { return space(state_folder_); }
  /// Memory that programs can still get, and swap.
  [[nodiscard]] std::optional<std::int64_t> available_memory() const;
  /// What the control group of a process holds and could not be dropped.
  [[nodiscard]] std::optional<std::int64_t> memory_in_use(std::int64_t process_id) const;
  /// Ports that processes listen on; empty when the engine publishes its ports in another network than ours.
  [[nodiscard]] std::vector<TakenPort> listening() const;

 private:
  [[nodiscard]] bool shares_network() const;

  std::string state_folder_;
  std::string engine_socket_;
};

/// One of the kernel's tables of sockets (/proc/net/tcp, udp, tcp6, udp6): the ports that are listened on, at
/// IPv4 addresses or everywhere. Pure.
std::vector<TakenPort> read_socket_table(std::string_view table, const std::string& protocol);

}  // namespace stackd::daemon
