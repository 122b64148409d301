#include "daemon/deploy/ways_back.h"

#include <map>

#include "daemon/deploy/rollback.h"

namespace stackd::daemon {
namespace {

/// Whether an image is there, by its id; asked once.
using Seen = std::map<std::string, bool>;

// An engine that can't tell now is no reason to say that an image is gone.
runtime::Task<bool> is_gone(Edges edges, Seen& seen, std::string image_id) {
  auto known = seen.find(image_id);
  if (known != seen.end()) co_return known->second;
  Result<ObservedImage> there = co_await edges.engine.inspect_image(image_id);
  const bool gone = !there && there.error().kind == ErrorKind::not_found;
  seen[image_id] = gone;
  co_return gone;
}

// What has a digest can be pulled again.
runtime::Task<std::string> missing_image(Edges edges, Seen& seen, std::map<std::string, ImageRecord> images) {
  for (const auto& [service, image] : images) {
    if (image.id.empty() || !image.digest.empty()) continue;
    const bool gone = co_await is_gone(edges, seen, image.id);
    if (gone) {
      co_return "image " + image.reference + " of " + service + " was made here and is gone";
    }
  }
  co_return std::string();
}

std::string refusal(store::Store& store, const StackRecord& stack, std::int64_t release) {
  RollbackRequest request;
  request.stack = stack.name;
  request.to = release;
  const Result<std::int64_t> target = find_rollback_target(store, stack, request);
  return target ? std::string() : target.error().message;
}

}  // namespace

runtime::Task<Result<std::vector<WayBack>>> find_ways_back(Edges edges, StackRecord stack) {
  Result<std::vector<Release>> releases = edges.store.releases(stack.name, true);
  if (!releases) co_return releases.error();
  Seen seen;
  std::vector<WayBack> ways;
  for (const Release& release : *releases) {
    if (!release.live_at || release.number == stack.current_release) continue;
    if (ways.size() == ways_back_max) break;
    WayBack way;
    way.release = release.number;
    way.obstacle = refusal(edges.store, stack, release.number);
    if (way.obstacle.empty()) way.obstacle = co_await missing_image(edges, seen, release.images);
    ways.push_back(std::move(way));
  }
  co_return ways;
}

}  // namespace stackd::daemon
