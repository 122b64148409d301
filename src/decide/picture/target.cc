#include "decide/picture/target.h"

#include "base/check.h"

namespace stackd::decide {
namespace {

bool goes(const Rollout& rollout, Replacing::Way way) {
  const auto* replacing = std::get_if<Replacing>(&rollout);
  return replacing != nullptr && replacing->way == way;
}

}  // namespace

const Desired* former_of(const Rollout& rollout) {
  const auto* replacing = std::get_if<Replacing>(&rollout);
  if (replacing == nullptr) return nullptr;
  STACKD_CHECK(replacing->former != nullptr);
  return replacing->former.get();
}

bool is_rolling(const Rollout& rollout) {
  return is_rolling_onward(rollout) || is_going_back(rollout);
}

bool is_rolling_onward(const Rollout& rollout) {
  return goes(rollout, Replacing::Way::onward);
}

bool is_going_back(const Rollout& rollout) {
  return goes(rollout, Replacing::Way::back);
}

bool is_paused(const Rollout& rollout) {
  return goes(rollout, Replacing::Way::paused);
}

bool is_replacing(const Rollout& rollout) {
  return std::holds_alternative<Replacing>(rollout);
}

bool is_gating(const Rollout& rollout) {
  return std::holds_alternative<Gating>(rollout);
}

bool is_brought_forward(const Rollout& rollout, const std::string& service) {
  const auto* gate = std::get_if<Gating>(&rollout);
  return gate != nullptr && gate->brought_forward.count(service) > 0;
}

bool is_rescuing(const Rollout& rollout) {
  return std::holds_alternative<Rescuing>(rollout);
}

bool may_go_back(const Rollout& rollout) {
  return !std::holds_alternative<Settled>(rollout) && !std::holds_alternative<FirstStart>(rollout);
}

bool replaces_unknown(const Rollout& rollout) {
  return std::holds_alternative<FirstStart>(rollout) || is_rolling_onward(rollout);
}

}  // namespace stackd::decide
