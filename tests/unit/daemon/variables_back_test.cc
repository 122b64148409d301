#include "daemon/deploy/variables_back.h"

#include <doctest/doctest.h>

#include "daemon/ledger/records.h"

namespace stackd::daemon {
namespace {

std::shared_ptr<const Stack> bound(const std::string& canonical) {
  Result<std::shared_ptr<const Stack>> stack = bind_canonical(canonical, ReleaseSource{});
  REQUIRE(stack.ok());
  return *stack;
}

const char* const before = R"({"name":"shop","services":{
  "web":{"image":"web:1","environment":{"GREETING":"hello","KEY":"1","SAME":"x"}},
  "gone":{"image":"old:1","environment":{"A":"1"}}},
  "secrets":{"token":{"name":"shop_token","file":"/p/token"},"same":{"name":"shop_same","file":"/p/same"}}})";
const char* const now = R"({"name":"shop","services":{
  "web":{"image":"web:2","environment":{"GREETING":"hi","NEW":"1","SAME":"x"}},
  "worker":{"image":"web:2","environment":{"B":"1"}}},
  "secrets":{"token":{"name":"shop_token","file":"/q/token"},"same":{"name":"shop_same","file":"/p/same"}}})";

const Fingerprints before_files = {{"web", {{"/p/token", "t1"}, {"/p/same", "s"}, {"/p/conf", "c1"}}}};
const Fingerprints now_files = {{"web", {{"/q/token", "t2"}, {"/p/same", "s"}, {"/p/conf", "c2"}}},
                                {"worker", {{"/q/token", "t2"}}}};

TEST_CASE("what changes back is told by name: variables of services that both have, and secrets") {
  const auto current = bound(now), next = bound(before);
  const ChangesBack changes = changes_back({*current, now_files}, {*next, before_files});
  CHECK(changes.variables ==
        std::map<std::string, std::vector<std::string>>{{"web", {"GREETING", "KEY", "NEW"}}});
  CHECK(changes.secrets == std::vector<std::string>{"token"});
}

TEST_CASE("a secret with another content changes, with the same one it does not") {
  const auto stack = bound(before);
  Fingerprints other = before_files;
  CHECK(changes_back({*stack, before_files}, {*stack, other}).secrets.empty());
  other["web"]["/p/token"] = "t9";
  CHECK(changes_back({*stack, before_files}, {*stack, other}).secrets == std::vector<std::string>{"token"});
}

TEST_CASE("today's environment: variables and secrets of now, all else of the target") {
  const Result<std::string> mixed = with_environment_of(before, now);
  REQUIRE(mixed.ok());
  const auto stack = bound(*mixed);
  CHECK(stack->services.at("web").environment == bound(now)->services.at("web").environment);
  CHECK(stack->services.at("web").image == "web:1");
  CHECK(stack->services.at("gone").environment.at("A") == "1");
  CHECK(stack->services.count("worker") == 0);
  CHECK(stack->secrets.at("token").file == "/q/token");
}

TEST_CASE("with today's secrets, their fingerprints are today's, and those of other files the target's") {
  const auto target = bound(before), current = bound(now);
  const Fingerprints mixed = with_secrets_of({*target, before_files}, {*current, now_files});
  CHECK(mixed == Fingerprints{{"web", {{"/q/token", "t2"}, {"/p/same", "s"}, {"/p/conf", "c1"}}}});
}

}  // namespace
}  // namespace stackd::daemon
