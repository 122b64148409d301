// What deploys say of themselves: of those on their way, and of the last that are over.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "daemon/control.h"
#include "daemon/host/feed.h"

namespace stackd::daemon {

class DeployFeeds {
 public:
  /// Anew, when the deploy has one already: who follows it from now on hears what is said from now on.
  void open(const std::string& deploy_id);
  void publish(const std::string& deploy_id, DeployProgress progress);
  /// Who follows it has heard all.
  void close(const std::string& deploy_id);
  void close_all();
  /// From its beginning; null when nothing is kept of it.
  [[nodiscard]] std::unique_ptr<Stream<DeployProgress>> follow(const std::string& deploy_id) const;

 private:
  void forget_old_ones();

  std::map<std::string, Feed<DeployProgress>> feeds_;  // by deploy id
  std::deque<std::string> order_;                      // of their ids; the oldest first
};

}  // namespace stackd::daemon
