#include "daemon/ledger/heritage.h"

#include <doctest/doctest.h>

using namespace stackd;
using namespace stackd::daemon;

TEST_CASE("what was left to successors comes back from the store as it was") {
  Heritage heritage;
  heritage[{"db", 1}] = {ObservedMount{"volume", "aaaa", "/host/a", "/data", true},
                         ObservedMount{"bind", "", "/srv/a b", "/with space", false}};
  heritage[{"web", 2}] = {};
  const Result<Heritage> read = heritage_from_text(heritage_to_text(heritage));
  REQUIRE(read.ok());
  REQUIRE(read->size() == 2);
  const std::vector<ObservedMount>& mounts = read->at({"db", 1});
  REQUIRE(mounts.size() == 2);
  CHECK(mounts[0].name == "aaaa");
  CHECK(mounts[0].target == "/data");
  CHECK(mounts[1].type == "bind");
  CHECK(mounts[1].source == "/srv/a b");
  CHECK_FALSE(mounts[1].read_write);
}

TEST_CASE("a text that makes no sense is an error, not an empty heritage") {
  CHECK_FALSE(heritage_from_text("{").ok());
  CHECK_FALSE(heritage_from_text(R"({"places":[{"service":"db","number":1,"mounts":[{"type":7}]}]})").ok());
}
