#include "daemon/deploy/deploy_feeds.h"

#include <algorithm>

namespace stackd::daemon {
namespace {

constexpr std::size_t progress_max = 2'000;
constexpr std::size_t feeds_max = 16;

}  // namespace

void DeployFeeds::open(const std::string& deploy_id) {
  if (feeds_.count(deploy_id) == 0) order_.push_back(deploy_id);
  feeds_.insert_or_assign(deploy_id, Feed<DeployProgress>(progress_max));
  forget_old_ones();
}

void DeployFeeds::forget_old_ones() {
  while (order_.size() > feeds_max) {
    const auto oldest = std::find_if(order_.begin(), order_.end(),
                                     [this](const std::string& id) { return feeds_.at(id).is_closed(); });
    if (oldest == order_.end()) return;
    feeds_.erase(*oldest);
    order_.erase(oldest);
  }
}

void DeployFeeds::publish(const std::string& deploy_id, DeployProgress progress) {
  const auto feed = feeds_.find(deploy_id);
  if (feed != feeds_.end()) feed->second.publish(std::move(progress));
}

void DeployFeeds::close(const std::string& deploy_id) {
  const auto feed = feeds_.find(deploy_id);
  if (feed != feeds_.end()) feed->second.close();
}

void DeployFeeds::close_all() {
  for (auto& [id, feed] : feeds_) feed.close();
}

std::unique_ptr<Stream<DeployProgress>> DeployFeeds::follow(const std::string& deploy_id) const {
  const auto feed = feeds_.find(deploy_id);
  return feed == feeds_.end() ? nullptr : feed->second.open(true);
}

}  // namespace stackd::daemon
