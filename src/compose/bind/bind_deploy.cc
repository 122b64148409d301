#include "base/text.h"
#include "compose/bind/bind_parts.h"

namespace stackd::compose {
namespace {

std::optional<RestartCondition> restart_condition(std::string_view word) {
  if (word == "no" || word == "none") return RestartCondition::no;
  if (word == "on-failure") return RestartCondition::on_failure;
  if (word == "unless-stopped") return RestartCondition::unless_stopped;
  if (word == "always" || word == "any") return RestartCondition::always;
  return std::nullopt;
}

std::string engine_word(const RestartPolicy& policy) {
  switch (policy.condition) {
    case RestartCondition::no:
      return "no";
    case RestartCondition::always:
      return "always";
    case RestartCondition::unless_stopped:
      return "unless-stopped";
    case RestartCondition::on_failure:
      return policy.attempts_max > 0 ? "on-failure:" + std::to_string(policy.attempts_max) : "on-failure";
  }
  return "no";
}

// "always", "on-failure:3" …
void bind_restart_word(const ConfigValue& field, RestartPolicy& policy) {
  const std::string word = field.text();
  if (word.empty()) return;
  const std::size_t colon = word.find(':');
  std::optional<RestartCondition> condition = restart_condition(word.substr(0, colon));
  const std::string attempts = colon == std::string::npos ? "0" : word.substr(colon + 1);
  const bool counts = !attempts.empty() && attempts.size() < 10 &&
                      attempts.find_first_not_of("0123456789") == std::string::npos;
  if (!condition || !counts) {
    field.error("unknown restart policy \"" + word + "\"",
                "write no, always, unless-stopped, on-failure or on-failure:3");
    return;
  }
  policy.condition = *condition;
  policy.attempts_max = std::stoll(attempts);
}

// It takes the place of the word as a whole. The specification's condition is `any` when none is written.
void bind_restart_policy(const ConfigValue& field, RestartPolicy& policy) {
  if (!field.is_set()) return;
  policy = RestartPolicy{};
  policy.condition = RestartCondition::always;
  if (const std::string word = field["condition"].text(); !word.empty()) {
    std::optional<RestartCondition> condition = restart_condition(word);
    if (!condition) {
      field["condition"].error("unknown restart condition \"" + word + "\"", "write none, on-failure or any");
    }
    policy.condition = condition.value_or(RestartCondition::no);
  }
  policy.attempts_max = field["max_attempts"].integer();
  policy.delay = field["delay"].duration();
  policy.window = field["window"].duration();
}

UpdateOrder bind_order(const ConfigValue& field) {
  const std::string word = field.text();
  if (word.empty()) return UpdateOrder::unset;
  if (word == "start-first") return UpdateOrder::start_first;
  if (word != "stop-first") field.error("unknown order \"" + word + "\"", "write start-first or stop-first");
  return UpdateOrder::stop_first;
}

FailureAction bind_failure_action(const ConfigValue& field) {
  const std::string word = field.text();
  if (word.empty()) return FailureAction::unset;
  if (word == "rollback") return FailureAction::rollback;
  if (word == "continue") return FailureAction::keep_going;
  if (word != "pause")
    field.error("unknown failure_action \"" + word + "\"", "write rollback, pause or continue");
  return FailureAction::pause;
}

UpdateConfig bind_update(const ConfigValue& field) {
  UpdateConfig config;
  config.order = bind_order(field["order"]);
  config.failure_action = bind_failure_action(field["failure_action"]);
  config.parallelism = field["parallelism"].optional_integer().value_or(config.parallelism);
  config.delay = field["delay"].duration().value_or(config.delay);
  config.monitor = field["monitor"].duration().value_or(config.monitor);
  config.failure_ratio_max = field["max_failure_ratio"].real();
  if (config.parallelism < 0)
    field["parallelism"].error("parallelism must not be negative", "0 means all at once");
  return config;
}

}  // namespace

void bind_deploy(const ConfigValue& field, Service& service) {
  const ConfigValue deploy = field["deploy"];
  bind_restart_word(field["restart"], service.restart);
  bind_restart_policy(deploy["restart_policy"], service.restart);
  service.engine_restart = engine_word(service.restart);
  service.update = bind_update(deploy["update_config"]);
  service.rollback = bind_update(deploy["rollback_config"]);
  const std::string mode = deploy["mode"].text();
  service.replicated_job = mode == "replicated-job" || mode == "global-job";
}

}  // namespace stackd::compose
