#include "decide/deploy/verify.h"

#include <algorithm>

#include "base/text.h"

namespace stackd::decide {
namespace {

bool is_right(const AddressCheck& check, const VerifyAnswer& answer) {
  return answer.status == check.address.status;
}

std::string wrong_answer(const AddressCheck& check) {
  if (check.tries == 0) return verify_name(check.address) + " gave no answer";
  if (check.last.status == 0) return verify_name(check.address) + " gave no answer: " + check.last.error;
  return verify_name(check.address) + " answered " + std::to_string(check.last.status) + ", not " +
         std::to_string(check.address.status);
}

std::string right_answer(const AddressCheck& check) {
  const auto took = std::chrono::floor<std::chrono::milliseconds>(*check.passed_at - check.began);
  return verify_name(check.address) + " answered " + std::to_string(check.address.status) + " after " +
         to_human(took);
}

std::string effort(const AddressCheck& check) {
  return "tried for " + to_human(check.address.within) + ", " + std::to_string(check.tries) +
         (check.tries == 1 ? " time" : " times");
}

}  // namespace

Verification begin_verification(const std::vector<Verify>& addresses, Time now) {
  Verification verification;
  for (const Verify& address : addresses) {
    AddressCheck check;
    check.address = address;
    check.began = now;
    verification.checks.push_back(std::move(check));
  }
  return verification;
}

std::optional<Time> may_ask_until(const AddressCheck& check, Time now) {
  const Time end = check.began + check.address.within;
  if (check.passed_at || now >= end) return std::nullopt;
  return std::min(now + verify_try_max, end);
}

std::string note_answer(AddressCheck& check, const VerifyAnswer& answer, Time now) {
  ++check.tries;
  // The last question was cut off by the end of the time: what was answered before tells more.
  const bool cut_off = answer.status == 0 && now >= check.began + check.address.within;
  if (cut_off && check.tries > 1) return {};
  const bool news =
      check.tries == 1 || answer.status != check.last.status || answer.error != check.last.error;
  check.last = answer;
  if (is_right(check, answer)) {
    check.passed_at = now;
    return right_answer(check);
  }
  return news ? wrong_answer(check) : std::string();
}

bool is_verified(const Verification& verification) {
  return std::all_of(verification.checks.begin(), verification.checks.end(),
                     [](const AddressCheck& check) { return check.passed_at.has_value(); });
}

std::string verify_failure(const Verification& verification, Time now) {
  for (const AddressCheck& check : verification.checks) {
    if (check.passed_at || now < check.began + check.address.within) continue;
    return "verify: " + wrong_answer(check) + " (" + effort(check) + ")";
  }
  return {};
}

std::string verify_obstacle(const Verification& verification) {
  for (const AddressCheck& check : verification.checks) {
    if (!check.passed_at) return wrong_answer(check);
  }
  return {};
}

std::string verify_name(const Verify& address) {
  return address.resolve.empty() ? address.url : address.url + " (at " + address.resolve + ")";
}

std::string verify_demand(const Verify& address) {
  return "must answer " + std::to_string(address.status) + " within " + to_human(address.within);
}

std::string verify_outcome(const Verification& verification) {
  std::vector<std::string> parts;
  for (const AddressCheck& check : verification.checks) {
    if (check.passed_at) parts.push_back(right_answer(check));
  }
  return join(parts, ", ");
}

}  // namespace stackd::decide
