// The addresses of a stack's `verify`: when each is asked, and what its answers so far mean for the release.
// Asking itself is done elsewhere (daemon/deploy/verify.h); who asks is told here when and for how long.
//
//   an address   asked → right answer             passed; it is not asked again
//                      → another answer, or none  asked again after a pause, until `within` is over
//                      → `within` is over         failed, with the last answer as the reason
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/stack.h"

namespace stackd::decide {

/// Between two questions to one address.
inline constexpr Duration verify_pause = std::chrono::milliseconds(500);
/// So long one question may take.
inline constexpr Duration verify_try_max = std::chrono::seconds(5);

/// What one question brought: a status, or why there was none.
struct VerifyAnswer {
  std::int64_t status = 0;
  std::string error;
};

struct AddressCheck {
  Verify address;
  Time began{};
  std::int64_t tries = 0;
  VerifyAnswer last;
  std::optional<Time> passed_at;
};

struct Verification {
  std::vector<AddressCheck> checks;
};

Verification begin_verification(const std::vector<Verify>& addresses, Time now);

/// Until when the next question may take; absent: it is not asked any more.
std::optional<Time> may_ask_until(const AddressCheck& check, Time now);

/// An answer has come. Returns a sentence when it is another one than the last time, else "".
std::string note_answer(AddressCheck& check, const VerifyAnswer& answer, Time now);

bool is_verified(const Verification& verification);

/// The first address that did not answer as it must while there was time, with what it did answer, for how
/// long it was asked and how often; "" while there is none.
std::string verify_failure(const Verification& verification, Time now);

/// An address that has not answered as it must so far, with what it did answer; "" when there is none.
std::string verify_obstacle(const Verification& verification);

/// "http://localhost/", with the address that it is asked at when DNS does not say.
std::string verify_name(const Verify& address);

/// "must answer 200 within 30s"
std::string verify_demand(const Verify& address);

/// What came of it: "http://localhost/ answered 200 after 1.2s", of each that has passed.
std::string verify_outcome(const Verification& verification);

}  // namespace stackd::decide
