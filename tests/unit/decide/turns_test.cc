// Which of several deploys of a stack are done.
#include "decide/deploy/turns.h"

#include <doctest/doctest.h>

using namespace stackd;
using namespace stackd::decide;

namespace {

Deploy of(std::vector<std::string> services, bool start = true) {
  Deploy deploy;
  deploy.services = std::move(services);
  deploy.start = start;
  return deploy;
}

}  // namespace

TEST_CASE("a newer deploy takes the place of one that waits if it brings all of it") {
  CHECK(takes_the_place_of(of({}), of({})));
  CHECK(takes_the_place_of(of({}), of({"web"})));
  CHECK(takes_the_place_of(of({"web", "bot"}), of({"web"})));
  CHECK(!takes_the_place_of(of({"web"}), of({})));
  CHECK(!takes_the_place_of(of({"web"}), of({"web", "bot"})));
  CHECK(!takes_the_place_of(of({}, false), of({})));
  CHECK(takes_the_place_of(of({}, false), of({}, false)));
}
