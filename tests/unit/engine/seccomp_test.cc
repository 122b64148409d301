#include "engine/seccomp.h"

#include <doctest/doctest.h>

namespace stackd::engine {
namespace {

Result<std::map<std::string, std::string>> read(const std::string& option) {
  Service service;
  service.security_opt = {"no-new-privileges", option};
  return read_seccomp_profiles(service, std::string(STACKD_CASES) + "/create/seccomp");
}

TEST_CASE("a profile below the project's folder is read, without its blanks") {
  Result<std::map<std::string, std::string>> profiles = read("seccomp=./profile.json");
  REQUIRE(profiles.ok());
  CHECK(profiles->at("./profile.json") ==
        R"({"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["reboot"],"action":"SCMP_ACT_ERRNO"}]})");
}

TEST_CASE("words and inline profiles are no files") {
  CHECK(read("seccomp=unconfined")->empty());
  CHECK(read("seccomp:builtin")->empty());
  CHECK(read("seccomp={\"defaultAction\":\"x\"}")->empty());
  CHECK(seccomp_path("seccomp:a.json") == "a.json");
  CHECK(seccomp_path("label=disable").empty());
}

TEST_CASE("what lies outside, is absent, a folder or no JSON is refused") {
  CHECK(read("seccomp=/etc/passwd").error().kind == ErrorKind::invalid);
  CHECK(read("seccomp=../seccomp/../basic/compose.yaml").error().kind == ErrorKind::invalid);
  CHECK(read("seccomp=absent.json").error().kind == ErrorKind::not_found);
  CHECK(read("seccomp=.").error().kind == ErrorKind::invalid);
  CHECK(read("seccomp=compose.yaml").error().kind == ErrorKind::invalid);
}

}  // namespace
}  // namespace stackd::engine
