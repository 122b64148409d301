// Anonymous volumes on their way from one container to the next.
#include "base/log.h"
#include "daemon/keep/stack_keeper.h"
#include "daemon/ledger/heritage.h"
#include "decide/keep/inherit.h"
#include "decide/learn/outside.h"

namespace stackd::daemon {
namespace {

const std::string heritage_fact = "heritage ";

}  // namespace

void StackKeeper::load_heritage() {
  Result<std::optional<std::string>> stored = edges_.store.fact(heritage_fact + record_.name);
  if (!stored || !*stored || (*stored)->empty()) return;
  Result<Heritage> heritage = heritage_from_text(**stored);
  if (heritage) {
    memory_.heritage = std::move(*heritage);
  } else {
    log(LogLevel::warning, LogSubject{record_.name}, heritage.error().message);
  }
}

void StackKeeper::note_heritage(const RemoveContainer& remove) {
  auto container = observed_.containers.find(remove.container_id);
  if (remove.with_anonymous_volumes || container == observed_.containers.end()) return;
  if (!decide::leaves_a_place(state(), container->second)) return;
  const Service& service = desired_->stack->services.at(container->second.service);
  std::vector<ObservedMount> left = decide::heritage_of(service, container->second);
  if (left.empty()) return;
  memory_.heritage[{service.name, container->second.number}] = std::move(left);
  store_fact(heritage_fact, heritage_to_text(memory_.heritage));
}

void StackKeeper::note_made(const std::string& container_id, bool had_heritage) {
  decide::note_made(memory_, container_id);
  if (had_heritage) store_fact(heritage_fact, heritage_to_text(memory_.heritage));
}

}  // namespace stackd::daemon
