#include "daemon/host/host.h"

#include <cerrno>
#include <charconv>
#include <fstream>
#include <sstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"

namespace stackd::daemon {
namespace {

/// Far more than any of the kernel's tables that are read here.
constexpr std::size_t table_bytes_max = std::size_t{16} << 20U;
constexpr std::int64_t kibi = 1024;

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  char block[4096];
  while (text.size() < table_bytes_max && (file.read(block, sizeof block) || file.gcount() > 0))
    text.append(block, static_cast<std::size_t>(file.gcount()));
  return text;
}

template <typename Number>
std::optional<Number> number_of(std::string_view text, int base = 10) {
  Number value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (code != std::errc() || end == text.data()) return std::nullopt;
  return value;
}

// The number behind "NAME:" or "NAME " at the beginning of a line.
std::optional<std::int64_t> field(const std::string& text, const std::string& name) {
  for (const std::string& line : split(text, '\n')) {
    if (!starts_with(line, name)) continue;
    const std::size_t digits = line.find_first_of("0123456789", name.size());
    if (digits != std::string::npos) return number_of<std::int64_t>(std::string_view(line).substr(digits));
  }
  return std::nullopt;
}

// "0100007F" is 127.0.0.1: four bytes in the order of the machine.
std::string address_of(std::string_view hex) {
  if (hex.find_first_not_of('0') == std::string_view::npos) return hex.size() == 8 ? "0.0.0.0" : "::";
  if (hex.size() != 8) return {};
  const std::optional<std::uint32_t> value = number_of<std::uint32_t>(hex, 16);
  if (!value) return {};
  std::string text;
  for (unsigned byte = 0; byte < 4; ++byte)
    text += (byte == 0 ? "" : ".") + std::to_string((*value >> (8 * byte)) & 0xffU);
  return text;
}

// Who listens at the other end of the engine's socket; under socket activation that is the first process.
std::optional<pid_t> peer_of(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return std::nullopt;
  path.copy(address.sun_path, path.size());
  const int peer = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (peer < 0) return std::nullopt;
  ucred credentials = {};
  socklen_t length = sizeof credentials;
  const bool told = ::connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                    ::getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0;
  ::close(peer);
  if (!told || credentials.pid <= 0) return std::nullopt;
  return credentials.pid;
}

std::optional<ino_t> network_of(const std::string& process) {
  struct stat status = {};
  if (::stat(("/proc/" + process + "/ns/net").c_str(), &status) != 0) return std::nullopt;
  return status.st_ino;
}

}  // namespace

Host::Host(std::string state_folder, std::string engine_socket)
    : state_folder_(std::move(state_folder)), engine_socket_(std::move(engine_socket)) {}

bool Host::shares_files(const std::string& engine_folder) const {
  return !engine_socket_.empty() && !engine_folder.empty() && kind(engine_folder) == PathKind::folder;
}

std::size_t Host::processors() {
  const long online = ::sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? static_cast<std::size_t>(online) : 1;
}

std::optional<PathKind> Host::kind(const std::string& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return PathKind::absent;
    return std::nullopt;
  }
  if (S_ISREG(status.st_mode)) return PathKind::file;
  return S_ISDIR(status.st_mode) ? PathKind::folder : PathKind::other;
}

std::optional<FreeSpace> Host::space(const std::string& folder) const {
  struct statvfs status = {};
  if (::statvfs(folder.c_str(), &status) != 0) return std::nullopt;
  return FreeSpace{folder, static_cast<std::int64_t>(status.f_bavail * status.f_frsize)};
}

std::optional<std::int64_t> Host::available_memory() const {
  const std::string text = content("/proc/meminfo");
  const std::optional<std::int64_t> available = field(text, "MemAvailable:");
  if (!available) return std::nullopt;
  return (*available + field(text, "SwapFree:").value_or(0)) * kibi;
}

std::optional<std::int64_t> Host::memory_in_use(std::int64_t process_id) const {
  if (process_id <= 0) return std::nullopt;
  for (const std::string& line : split(content("/proc/" + std::to_string(process_id) + "/cgroup"), '\n')) {
    // "0::/path" is the one hierarchy of version 2, "7:memory:/path" the memory's of version 1.
    const std::vector<std::string> parts = split(line, ':');
    if (parts.size() < 3 || (!parts[1].empty() && parts[1] != "memory")) continue;
    const bool unified = parts[1].empty();
    const std::string folder = (unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory") + parts[2];
    const std::string file = folder + (unified ? "/memory.current" : "/memory.usage_in_bytes");
    const std::optional<std::int64_t> all = number_of<std::int64_t>(content(file));
    if (!all) continue;
    const std::string cache = unified ? "inactive_file " : "total_inactive_file ";
    return *all - field(content(folder + "/memory.stat"), cache).value_or(0);
  }
  return std::nullopt;
}

bool Host::shares_network() const {
  const std::optional<pid_t> engine = peer_of(engine_socket_);
  if (!engine) return false;
  const std::optional<ino_t> theirs = network_of(std::to_string(*engine));
  return theirs && theirs == network_of("self");
}

std::vector<TakenPort> Host::listening() const {
  std::vector<TakenPort> found;
  if (!shares_network()) return found;
  for (const std::string protocol : {"tcp", "udp"}) {
    for (const std::string family : {"", "6"}) {
      for (TakenPort& port : read_socket_table(content("/proc/net/" + protocol + family), protocol))
        found.push_back(std::move(port));
    }
  }
  return found;
}

std::vector<TakenPort> read_socket_table(std::string_view table, const std::string& protocol) {
  // A line a socket: number, local address:port, remote one, state; in hexadecimal.
  const std::string listens = protocol == "tcp" ? "0A" : "07";
  std::vector<TakenPort> found;
  std::istringstream lines{std::string(table)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string number, local, remote, state;
    if (!(words >> number >> local >> remote >> state) || state != listens) continue;
    const std::size_t colon = local.find(':');
    if (colon == std::string::npos) continue;
    TakenPort port;
    port.address = address_of(std::string_view(local).substr(0, colon));
    port.port = number_of<std::int64_t>(std::string_view(local).substr(colon + 1), 16).value_or(0);
    port.protocol = protocol;
    if (!port.address.empty() && port.port > 0) found.push_back(std::move(port));
  }
  return found;
}

}  // namespace stackd::daemon
