#include "daemon/deploy/keep_release.h"

#include "base/hash.h"
#include "base/log.h"
#include "daemon/deploy/canonical.h"
#include "daemon/logs/kept_logs.h"
#include "decide/deploy/prune.h"

namespace stackd::daemon {
namespace {

const std::string kept_repository = "stackd/kept";
constexpr std::size_t tag_letters_max = 128;

void warn(const std::string& stack, std::int64_t release, const Error& error) {
  log(LogLevel::warning, LogSubject{stack, {}, release}, error.message);
}

Result<std::set<std::int64_t>> needed_releases(store::Store& store, const std::string& stack) {
  Result<std::vector<Deploy>> unfinished = store.unfinished_deploys();
  if (!unfinished) return unfinished.error();
  std::set<std::int64_t> needed;
  for (const Deploy& deploy : *unfinished) {
    if (deploy.stack != stack) continue;
    needed.insert({deploy.release, deploy.former, deploy.copied_from});
  }
  return needed;
}

// What can't be let go is a warning in the log.
runtime::Task<bool> let_image_go(Edges edges, std::string stack, std::int64_t release, std::string service) {
  const std::string tag = kept_repository + ":" + kept_tag(stack, release, service);
  Result<void> removed = co_await edges.engine.remove_image(tag);
  if (removed || removed.error().kind == ErrorKind::not_found) co_return true;
  warn(stack, release, removed.error().while_doing("let go of " + tag));
  co_return false;
}

// True: nothing of it is left but its record.
runtime::Task<bool> let_go(Edges edges, std::string stack, Release release) {
  for (const auto& [service, image] : release.images) {
    const bool gone = co_await let_image_go(edges, stack, release.number, service);
    if (!gone) co_return false;
  }
  if (edges.kept != nullptr) edges.kept->remove(stack, KeptFiles::key_of(release.number));
  if (edges.logs != nullptr) edges.logs->remove(stack, release.number);
  co_return true;
}

}  // namespace

std::string kept_tag(const std::string& stack, std::int64_t release, const std::string& service) {
  std::string tag = stack + ".r" + std::to_string(release) + "." + service;
  const bool legal = tag.size() <= tag_letters_max && tag.front() != '-' && tag.front() != '.';
  return legal ? tag : sha256_hex(tag);
}

runtime::Task<void> tag_images(Edges edges, std::string stack, std::int64_t release,
                               std::map<std::string, ImageRecord> images) {
  for (const auto& [service, image] : images) {
    if (image.id.empty()) continue;
    Result<void> tagged =
        co_await edges.engine.tag_image(image.id, kept_repository, kept_tag(stack, release, service));
    if (!tagged) warn(stack, release, tagged.error().while_doing("keep the image of " + service));
  }
}

Result<void> keep_contents(const Edges& edges, const Deploy& deploy) {
  if (edges.kept == nullptr) return {};
  const bool copies = deploy.copied_from != 0;
  const std::string to = KeptFiles::key_of(deploy.release);
  edges.kept->remove(deploy.stack, to);
  Result<void> copied = edges.kept->copy(deploy.stack, deploy.id, to);
  if (copied && copies)  // but for the secrets of today, if those were asked for
    copied = edges.kept->copy(deploy.stack, KeptFiles::key_of(deploy.copied_from), to);
  if (!copied || copies || deploy.former == 0) return copied;
  // What was not read for this deploy: of services that were not named, or not to be read.
  Result<std::optional<Release>> now = edges.store.release(deploy.stack, deploy.release);
  Result<std::optional<Release>> former = edges.store.release(deploy.stack, deploy.former);
  if (!now || !former || !*now || !*former) return {};
  return edges.kept->copy(deploy.stack, KeptFiles::key_of(deploy.former), to,
                          unchanged_files((*now)->fingerprints, (*former)->fingerprints));
}

runtime::Task<void> prune_releases(Edges edges, std::string stack, std::int64_t current, std::int64_t keep,
                                   std::set<std::int64_t> mounted) {
  Result<std::vector<Release>> releases = edges.store.releases(stack, true);
  Result<std::set<std::int64_t>> needed = needed_releases(edges.store, stack);
  if (!releases || !needed) co_return;
  needed->merge(mounted);
  const std::vector<std::int64_t> going = decide::releases_to_delete(*releases, current, keep, *needed);
  for (std::int64_t number : going) {
    Result<std::optional<Release>> release = edges.store.release(stack, number);
    if (!release || !*release) continue;
    const bool gone = co_await let_go(edges, stack, **release);
    if (!gone) co_return;
    Result<void> deleted = edges.store.delete_release(stack, number);
    if (!deleted) warn(stack, number, deleted.error());
  }
}

runtime::Task<void> let_images_go(Edges edges, std::string stack, std::vector<Release> releases) {
  for (const Release& release : releases) {
    for (const auto& [service, image] : release.images)
      (void)co_await let_image_go(edges, stack, release.number, service);
  }
}

}  // namespace stackd::daemon
