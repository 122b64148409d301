#include "runtime/random.h"

#include <doctest/doctest.h>
#include <map>

using namespace stackd;
using runtime::Random;

TEST_CASE("one seed gives one sequence, on every machine") {
  Random random(42);
  CHECK(random.next_u64() == 1546998764402558742U);
  CHECK(random.next_u64() == 6990951692964543102U);
  CHECK(Random(42).hex_id(12) == Random(42).hex_id(12));
  CHECK(Random(42).hex_id(12) != Random(43).hex_id(12));
}

TEST_CASE("below draws every number, and none that is too large") {
  Random random(7);
  std::map<std::uint64_t, int> drawn;
  for (int i = 0; i < 6000; ++i) ++drawn[random.below(6)];
  CHECK(drawn.size() == 6);
  CHECK(drawn.rbegin()->first == 5);
  for (const auto& [number, times] : drawn) CHECK((times > 800 && times < 1200));
  CHECK(random.below(1) == 0);
}

TEST_CASE("a span drawn stays within its limit") {
  Random random(1);
  for (int i = 0; i < 100; ++i) {
    const Duration drawn = random.up_to(Duration(10));
    CHECK((drawn >= Duration(0) && drawn <= Duration(10)));
  }
  CHECK(random.up_to(Duration(0)) == Duration(0));
}

TEST_CASE("an id has the digits that were asked for") {
  const std::string id = Random(3).hex_id(16);
  CHECK(id.size() == 16);
  CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
}

TEST_CASE("the kernel's seeds differ") {
  CHECK(runtime::system_seed() != runtime::system_seed());
}
