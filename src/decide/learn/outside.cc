#include "decide/learn/outside.h"

#include <algorithm>

#include "decide/picture/made_with.h"
#include "decide/picture/wanted.h"
#include "decide/replace/compare.h"
#include "decide/replace/renewal.h"
#include "decide/replace/replica.h"
#include "decide/replace/rollout.h"

namespace stackd::decide {
namespace {

class Changes {
 public:
  Changes(Memory& memory, const LearnInput& input, std::vector<Fact>& facts)
      : memory_(memory), input_(input), facts_(facts) {}

  void run() {
    for (const auto& [name, service] : input_.target.desired.stack->services) {
      if (is_job(*input_.target.desired.stack, service)) continue;
      for (const ObservedContainer* container : containers_of(input_.observed, name))
        look(service, *container);
      follow_restoration(service);
    }
    // Nobody follows what is not desired any more.
    std::erase_if(memory_.restoring, [this](const auto& entry) {
      return input_.target.desired.stack->services.count(entry.first) == 0;
    });
    memory_.looked_for_changes = true;
  }

 private:
  State state() const {
    return {input_.target, input_.wishes, input_.observed, memory_, nothing_busy_, input_.now};
  }

  // What a container is right for. While a gate is passed the next release's number is in use already, but it
  // is the current one that is kept, but for what the gate replaces.
  std::int64_t release_for(const Service& service) const {
    constexpr std::int64_t beside_a_gate = -1;
    const bool is_kept =
        is_gating(input_.target.rollout) && !is_brought_forward(input_.target.rollout, service.name);
    return is_kept ? beside_a_gate : input_.target.desired.release;
  }

  void say(const ObservedContainer& container, const std::string& what) {
    const std::string name = container.service + "-" + std::to_string(container.number);
    facts_.push_back({FactKind::changed_outside, container.service, container.number, container.id, 0,
                      name + " was changed outside stackd: " + what});
  }

  // That nobody can tell what it has read is no change.
  void look(const Service& service, const ObservedContainer& container) {
    if (container.state == ContainerState::removing || container.state == ContainerState::dead) return;
    Hands& hands = memory_.containers[container.id].hands;
    std::string why = is_another(state(), service, container);
    const std::string missing = why.empty() ? missing_network(state(), service, container) : why;
    if (why.empty() && !missing.empty())
      why = "it is not connected to network " + input_.target.desired.stack->networks.at(missing).name;
    if (!hands.judged) {
      judge(hands, service, container, why);
    } else if (why.empty()) {
      hands.right_for = release_for(service);
      hands.told = false;  // it was mended
    } else if (hands.right_for == release_for(service) && !hands.told &&
               referenced_services(service).empty() && !is_unknown(state(), service, container)) {
      hands.told = true;
      if (!is_renewed(service)) {
        memory_.restoring[service.name] = std::nullopt;
        say(container, why);
      }
    }
    look_at_policy(hands, container);
  }

  // The rollout takes its network away, and nobody else.
  bool is_renewed(const Service& service) const {
    return is_rolling(input_.target.rollout) && !redefined_network(state(), service).empty();
  }

  void judge(Hands& hands, const Service& service, const ObservedContainer& container,
             const std::string& why) {
    hands.judged = true;
    hands.seen_at = input_.now;
    if (why.empty()) hands.right_for = release_for(service);
    hands.foreign = memory_.looked_for_changes && !hands.made_here;
    if (memory_.perhaps_made.erase({service.name, container.number}) > 0) hands.foreign = false;
    if (!hands.foreign) return;
    hands.told = true;
    hands.policy_was_no = false;
    if (!why.empty()) memory_.restoring[service.name] = std::nullopt;
    say(container, why.empty() ? "it was made anew" : "it was made anew, and " + why);
  }

  void look_at_policy(Hands& hands, const ObservedContainer& container) {
    const bool policy = has_engine_policy(container);
    if (policy && hands.policy_was_no)
      say(container, "its restart policy was set to " + container.restart_policy);
    hands.policy_was_no = !policy;
  }

  // Also beside what runs as it should there must be nothing that others put there: it may be about to take
  // over.
  static bool is_restored(const State& now, const Service& service) {
    for (std::int64_t number = 1; number <= replicas(*now.desired.stack, service); ++number) {
      if (replica_at(now, service, number) == nullptr) return false;
    }
    const std::vector<const ObservedContainer*> all = containers_of(now.observed, service.name);
    return std::all_of(all.begin(), all.end(), [&](const ObservedContainer* container) {
      return container->state == ContainerState::removing ||
             must_be_replaced(now, service, *container).empty();
    });
  }

  // Restored is what is as the release says, and ready again, or had its time for that.
  void follow_restoration(const Service& service) {
    auto found = memory_.restoring.find(service.name);
    if (found == memory_.restoring.end()) return;
    const State now = state();
    if (!is_wanted(now, service.name)) {
      memory_.restoring.erase(found);
      return;
    }
    if (!is_restored(now, service)) {
      found->second.reset();
      return;
    }
    if (!found->second) found->second = input_.now;
    const bool waited = input_.now - *found->second >= restoration_patience;
    if (waited || is_ready(now, service)) memory_.restoring.erase(found);
  }

  Memory& memory_;
  const LearnInput& input_;
  std::vector<Fact>& facts_;
  const std::set<std::string> nothing_busy_;
};

}  // namespace

void learn_changes(Memory& memory, const LearnInput& input, std::vector<Fact>& facts) {
  Changes(memory, input, facts).run();
}

bool has_successor(const Observed& observed, const std::string& service, const std::string& container_id) {
  const std::vector<const ObservedContainer*> all = containers_of(observed, service);
  return std::any_of(all.begin(), all.end(), [&](const ObservedContainer* container) {
    return container->id != container_id && container->state != ContainerState::removing;
  });
}

void note_made(Memory& memory, const std::string& container_id) {
  memory.containers[container_id].hands.made_here = true;
}

}  // namespace stackd::decide
