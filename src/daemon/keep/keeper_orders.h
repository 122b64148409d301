// What people order of one stack: each order changes what is wished, is on disk when it returns, and wakes
// the loop. Errors: not_found for a stack without a release, or a service that it does not have; those of the
// store. Then nothing has changed.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/keep/keeper_parts.h"
#include "decide/keep/wish.h"

namespace stackd::daemon {

class KeeperOrders {
 public:
  explicit KeeperOrders(const KeeperParts& parts)
      : edges_(parts.edges),
        stack_(parts.stack),
        ledgers_(parts.ledgers),
        view_(parts.view),
        bell_(parts.bell) {}

  // No service named: all of them.
  Result<void> start_services(const std::vector<std::string>& services);
  /// A deploy that finds nothing to change: what it asks to run runs, or is only made.
  Result<void> keep_deployed(const decide::DeployScope& scope);
  Result<void> stop_services(const std::vector<std::string>& services);
  /// Stops and starts again, in order, once each is free. Errors: conflict: what can't be started again as it
  /// is.
  Result<void> restart_services(const std::vector<std::string>& services);
  Result<void> take_down(bool volumes);

  /// See decide::wanted_services. Nothing is stored of what is wished.
  void note_wanted(const std::set<std::string>& asked);

  /// Where the stack's files are, for whoever names no files. Stored with the next deploy.
  Result<void> note_origin(const ReleaseSource& source);
  /// The same, of a release that is live; KeeperRollout::store_current() makes it last.
  void take_origin(const ReleaseSource& source);

 private:
  Result<void> check_services(const std::vector<std::string>& services) const;
  [[nodiscard]] Result<void> check_restartable(const std::vector<std::string>& services) const;
  Result<void> take_wishes(decide::Wishes wishes, const std::set<std::string>& asked);
  void take_back_restarts(const std::vector<std::string>& services);
  Result<void> forget_run(JobRun& run);

  Edges edges_;
  StackState& stack_;
  Ledgers& ledgers_;
  EngineView& view_;
  runtime::Bell& bell_;
};

}  // namespace stackd::daemon
