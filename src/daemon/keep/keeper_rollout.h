// What a deploy asks of the keeper: which release is desired, and how far its rollout is (decide::Rollout).
// The loop does the rest, from what it sees.
//
//   gate      enter_gate()    → shut_gate() → leave_gate(): the current release alone again
//                             → make_current(): the next release is desired, its rollout begins
//   rollout   make_current(), resume_rollout()   → pause(), go_on() … → note_live(), store_current()
//                                                          → go_back(): the former one is desired →
//                                                          store_current()
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "daemon/keep/keeper_orders.h"
#include "daemon/keep/keeper_parts.h"

namespace stackd::daemon {

class KeeperRollout {
 public:
  KeeperRollout(const KeeperParts& parts, KeeperOrders& orders)
      : edges_(parts.edges),
        stack_(parts.stack),
        ledgers_(parts.ledgers),
        view_(parts.view),
        orders_(orders),
        bell_(parts.bell) {}

  /// The gate of the next release is kept beside the current one (decide/replace/gate.h). Nothing is stored.
  void enter_gate(decide::Target view, const decide::DeployScope& scope, const Stack& next);
  /// The same gate, in which more is brought forward: that has a fresh chance.
  void bring_forward(decide::Target view);
  /// It was given up: no job begins any more, those that run go on.
  void shut_gate();
  /// The current release alone again.
  Result<void> leave_gate();

  /// From now on this release is what is desired. It is in the store already.
  Result<void> make_current(decide::Target target, const decide::DeployScope& scope);
  /// The same for the release of before; what is stopped stays so. It takes effect at once, even when nothing
  /// can be stored: what ran before must not wait for room on a disk. store_current() makes it last.
  void go_back(decide::Target target);
  /// A release that was read from what runs: current and live at once, while these services stay down until
  /// somebody asks for them. Errors: those of the store; then nothing has changed.
  Result<void> take_over(decide::Target found, std::map<std::string, ServiceStop> left_down);
  /// Which release is current, and since when it is live. Errors: those of the store; it may be tried again.
  Result<void> store_current();
  /// A stackd that was killed on the way goes on with the current release as far as it was.
  void resume_rollout(decide::Target target);
  /// Nothing more is replaced, and replacing goes on; where nothing is replaced neither has an effect.
  void pause();
  void go_on();
  /// One release, and nothing to go back to.
  void settle();
  /// The release is live: nothing is kept to be gone back to any more. store_current() makes it last.
  void note_live();
  /// What failed is tried again at once.
  void forget_failures();

  /// Volumes of the current release that lost what they held: not there any more, as far as `there` shows, or
  /// made anew since its jobs ran.
  [[nodiscard]] std::set<std::string> emptied_volumes(const Observed& there) const;
  /// The jobs of the current release have run on them.
  void forget_emptied_volumes();

 private:
  void forget_jobs_of(const Stack& stack);
  void look_with_new_eyes();
  void turn(decide::Replacing::Way way);
  void note_ill(bool was_up);
  void forgive_what_is_good();
  void forget_stops_of_gone();

  Edges edges_;
  StackState& stack_;
  Ledgers& ledgers_;
  EngineView& view_;
  KeeperOrders& orders_;
  runtime::Bell& bell_;
  std::optional<WallTime> live_at_;  // of the current release, not stored yet
};

}  // namespace stackd::daemon
