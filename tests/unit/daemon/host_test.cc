#include "daemon/host/host.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace stackd;
using namespace stackd::daemon;

namespace {

// As the kernel writes it (Linux 6.1): sshd on every address, a resolver on 127.0.0.53, a connection.
constexpr const char* tcp =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 15634 1 0 "
    "100\n"
    "   1: 3500007F:0035 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 13211 1 0 "
    "100\n"
    "   2: 0202A8C0:0016 0102A8C0:D4C2 01 00000000:00000000 02:000A7A1A 00000000     0        0 18331 2 0 "
    "20\n";
constexpr const char* tcp6 =
    "  sl  local_address                         remote_address                        st tx_queue rx_queue\n"
    "   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000\n"
    "   1: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A "
    "00000000:00000000\n";

}  // namespace

TEST_CASE("the kernel's table of sockets tells which ports are listened on, and where") {
  const std::vector<TakenPort> found = read_socket_table(tcp, "tcp");
  REQUIRE(found.size() == 2);
  CHECK(found[0].address == "0.0.0.0");
  CHECK(found[0].port == 22);
  CHECK(found[0].container.empty());
  CHECK(found[1].address == "127.0.0.53");
  CHECK(found[1].port == 53);
  const std::vector<TakenPort> six = read_socket_table(tcp6, "tcp");
  REQUIRE(six.size() == 1);
  CHECK(six[0].address == "::");
  CHECK(six[0].port == 80);
}

TEST_CASE("a table that makes no sense tells of no port") {
  CHECK(read_socket_table("", "tcp").empty());
  CHECK(read_socket_table("x\n0: 00000000 00000000:0000 0A\n1: zz:zz 0 0A\n2: 00000000:0000 0 0A\n", "tcp")
            .empty());
}

TEST_CASE("the machine says what a path is, and how much room there is") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("host_test." + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  std::ofstream(folder / "file") << "x";
  const Host host(folder, "/run/no.sock");
  CHECK(host.kind(folder) == PathKind::folder);
  CHECK(host.kind(folder / "file") == PathKind::file);
  CHECK(host.kind(folder / "gone") == PathKind::absent);
  CHECK(host.kind(folder / "file/below") == PathKind::absent);
  CHECK(host.kind("/dev/null") == PathKind::other);
  REQUIRE(host.state_space());
  CHECK(host.state_space()->bytes > 0);
  CHECK_FALSE(host.space(folder / "gone"));
  REQUIRE(host.available_memory());
  CHECK(*host.available_memory() > 1024 * 1024);
  CHECK(host.shares_files(folder));
  CHECK_FALSE(host.shares_files("/no/such/folder"));
  CHECK_FALSE(Host(folder, "").shares_files(folder));
  CHECK(host.listening().empty());  // nobody answers on that socket
  std::filesystem::remove_all(folder);
}
