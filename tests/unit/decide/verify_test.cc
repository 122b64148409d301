// The addresses that have to answer before a release is live.
#include "decide/deploy/verify.h"

#include <doctest/doctest.h>

using namespace stackd;
using namespace stackd::decide;
using namespace std::chrono_literals;

namespace {

constexpr Time begin = Time(1h);

Verification page(Duration within = 30s) {
  Verify address;
  address.url = "https://shop.example/";
  address.within = within;
  return begin_verification({address}, begin);
}

VerifyAnswer status(std::int64_t number) {
  return {number, {}};
}

VerifyAnswer nobody(std::string why) {
  return {0, std::move(why)};
}

}  // namespace

TEST_CASE("an address that answers as it must is asked no more, and the release is verified") {
  Verification all = page();
  CHECK_FALSE(is_verified(all));
  CHECK(note_answer(all.checks[0], status(200), begin + 1200ms) ==
        "https://shop.example/ answered 200 after 1.2s");
  CHECK(is_verified(all));
  CHECK_FALSE(may_ask_until(all.checks[0], begin + 2s));
  CHECK(verify_failure(all, begin + 1min) == "");
  CHECK(verify_outcome(all) == "https://shop.example/ answered 200 after 1.2s");
}

TEST_CASE("another status is news once, and fails the release when the time is over") {
  Verification all = page();
  AddressCheck& check = all.checks[0];
  CHECK(note_answer(check, status(502), begin + 10ms) == "https://shop.example/ answered 502, not 200");
  CHECK(note_answer(check, status(502), begin + 600ms) == "");
  CHECK(note_answer(check, status(503), begin + 1200ms) == "https://shop.example/ answered 503, not 200");
  CHECK(verify_failure(all, begin + 29s) == "");
  CHECK(verify_failure(all, begin + 30s) ==
        "verify: https://shop.example/ answered 503, not 200 (tried for 30s, 3 times)");
}

TEST_CASE("a connection that fails is told with its error") {
  Verification all = page(5s);
  note_answer(all.checks[0], nobody("connect to shop.example: connection refused"), begin + 10ms);
  CHECK(verify_failure(all, begin + 5s) ==
        "verify: https://shop.example/ gave no answer: connect to shop.example: connection refused (tried "
        "for 5s, 1 time)");
}

TEST_CASE("a question takes no longer than the time that is left, and never too long") {
  const Verification all = page();
  CHECK(may_ask_until(all.checks[0], begin) == begin + verify_try_max);
  CHECK(may_ask_until(all.checks[0], begin + 29s) == begin + 30s);
  CHECK_FALSE(may_ask_until(all.checks[0], begin + 30s));
}

TEST_CASE("a last question that the end of the time cut off does not hide what was answered before") {
  Verification all = page(5s);
  note_answer(all.checks[0], status(404), begin + 10ms);
  CHECK(note_answer(all.checks[0], nobody("no answer in time"), begin + 5s) == "");
  CHECK(verify_failure(all, begin + 5s) ==
        "verify: https://shop.example/ answered 404, not 200 (tried for 5s, 2 times)");
}

TEST_CASE("every address has to answer, each within its own time") {
  Verify first;
  first.url = "http://localhost/";
  first.status = 308;
  first.within = 2s;
  Verify second;
  second.url = "http://shop.example/";
  second.resolve = "127.0.0.1";
  second.within = 10s;
  Verification all = begin_verification({first, second}, begin);
  note_answer(all.checks[0], status(308), begin + 5ms);
  CHECK_FALSE(is_verified(all));
  CHECK(verify_failure(all, begin + 9s) == "");
  CHECK(verify_obstacle(all) == "http://shop.example/ (at 127.0.0.1) gave no answer");
  note_answer(all.checks[1], status(200), begin + 9s);
  CHECK(is_verified(all));
  CHECK(
      verify_outcome(all) ==
      "http://localhost/ answered 308 after 5ms, http://shop.example/ (at 127.0.0.1) answered 200 after 9s");
}

TEST_CASE("what is asked is told in words") {
  const Verify address{"http://localhost/", 200, 30s, ""};
  CHECK(verify_name(address) + " " + verify_demand(address) ==
        "http://localhost/ must answer 200 within 30s");
}
