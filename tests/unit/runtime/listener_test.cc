#include "runtime/listener.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

using namespace stackd;
using namespace stackd::runtime;
using namespace stackd::runtime::test;

namespace {

Result<Listener> listen_at(const std::string& path) {
  Listener::UnixOptions where;
  where.path = path;
  return Listener::on_unix(where);
}

bool exists(const std::string& path) {
  struct stat found {};
  return lstat(path.c_str(), &found) == 0;
}

}  // namespace

TEST_CASE("a socket is open to its owner and group alone, and to no child") {
  const TempFolder folder;
  const auto listener = listen_at(folder.at("s"));
  REQUIRE(listener.ok());
  struct stat found {};
  REQUIRE(lstat(folder.at("s").c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0660);
  CHECK((fcntl(listener->descriptor(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("the socket of a living process is not taken") {
  const TempFolder folder;
  const auto first = listen_at(folder.at("s"));
  const auto second = listen_at(folder.at("s"));
  REQUIRE(!second.ok());
  CHECK(second.error().kind == ErrorKind::conflict);
  CHECK(exists(folder.at("s")));
}

TEST_CASE("the socket of a dead process is replaced") {
  const TempFolder folder;
  {
    auto dead = listen_at(folder.at("s"));
    REQUIRE(dead.ok());
    const Listener moved = std::move(*dead);
    REQUIRE(link(folder.at("s").c_str(), folder.at("t").c_str()) == 0);
  }
  CHECK(!exists(folder.at("s")));
  REQUIRE(exists(folder.at("t")));
  CHECK(listen_at(folder.at("t")).ok());
}

TEST_CASE("at the end only the own socket is removed") {
  const TempFolder folder;
  {
    const auto listener = listen_at(folder.at("s"));
    REQUIRE(listener.ok());
    REQUIRE(rename(folder.at("s").c_str(), folder.at("old").c_str()) == 0);
    std::ofstream(folder.at("s")) << "somebody else's";
  }
  CHECK(exists(folder.at("s")));
}

TEST_CASE("what is no socket is left alone") {
  const TempFolder folder;
  std::ofstream(folder.at("s")) << "precious";
  const auto refused = listen_at(folder.at("s"));
  REQUIRE(!refused.ok());
  CHECK(refused.error().kind == ErrorKind::conflict);
  CHECK(exists(folder.at("s")));
}

TEST_CASE("impossible places are named as such") {
  const TempFolder folder;
  CHECK(listen_at(folder.at(std::string(120, 'x'))).error().kind == ErrorKind::invalid);
  CHECK(listen_at("").error().kind == ErrorKind::invalid);
  CHECK(listen_at(folder.at("none/s")).error().kind == ErrorKind::unavailable);
  CHECK(Listener::on_tcp("localhost", 0).error().kind == ErrorKind::invalid);
}

TEST_CASE("a port has one listener") {
  const auto first = Listener::on_tcp("127.0.0.1", 0);
  REQUIRE(first.ok());
  CHECK(first->port() != 0);
  const auto second = Listener::on_tcp("127.0.0.1", first->port());
  REQUIRE(!second.ok());
  CHECK(second.error().kind == ErrorKind::conflict);
}
