#include "daemon/supervisor/file_news.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "daemon/supervisor/stack_file.h"
#include "runtime/aside.h"

namespace stackd::daemon {
namespace {

/// How long a question about a stack waits for its files.
constexpr Duration news_patience = std::chrono::milliseconds(200);
/// After that long a look is begun anew beside the one that hangs.
constexpr Duration hangs_for = std::chrono::hours(1);
/// Coarser than the ticks in which file systems count.
constexpr Duration settles_after = std::chrono::seconds(1);

class Listening {
 public:
  Listening(std::vector<runtime::Bell*>& waiting, runtime::Bell& bell) : waiting_(waiting), bell_(bell) {
    waiting_.push_back(&bell_);
  }
  ~Listening() { std::erase(waiting_, &bell_); }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

 private:
  std::vector<runtime::Bell*>& waiting_;
  runtime::Bell& bell_;
};

}  // namespace

FileFinding look_at_files(const WatchedFiles& watched, const Release& release, const FileFinding& before,
                          WallTime now) {
  const bool known = before.release == release.number && before.differs.has_value();
  if (known && compose::are_same(before.stamps, watched.stamp, now - settles_after)) return before;
  const compose::NotedFiles noted(watched.files, watched.stamp);
  FileFinding found;
  found.release = release.number;
  const Result<bool> differs = files_differ(noted, release);
  if (differs) found.differs = *differs;
  found.stamps = noted.stamps();
  return found;
}

FileNews::FileNews(const Edges& edges) : edges_(edges), tasks_(edges.executor, runtime::log_bug) {}

runtime::Task<void> FileNews::stop() {
  co_await tasks_.stop();
}

runtime::Task<void> FileNews::look(std::map<std::string, std::int64_t> releases) {
  for (const auto& [stack, release] : releases) {
    News& news = news_[stack];
    if (release == 0 || news.looking_since) continue;
    news.looking_since = edges_.clock.now();
    tasks_.spawn("files of " + stack, look_at(stack, release));
  }
  runtime::Bell bell;
  const Listening listening(waiting_, bell);
  std::optional<Time> until = awaited_until(releases);
  while (until) {
    const bool rung = co_await bell.wait_until(edges_.clock, *until);
    until = rung ? awaited_until(releases) : std::nullopt;
  }
}

std::optional<Time> FileNews::awaited_until(const std::map<std::string, std::int64_t>& releases) const {
  std::optional<Time> until;
  for (const auto& [stack, release] : releases) {
    const auto news = news_.find(stack);
    if (news == news_.end() || !news->second.looking_since) continue;
    const Time end = *news->second.looking_since + news_patience;
    if (end > edges_.clock.now()) until = std::max(until.value_or(end), end);
  }
  return until;
}

// It may outlive all of this: it has everything by value.
std::function<FileFinding()> FileNews::looking(const Release& release, const FileFinding& before) const {
  return [given = edges_.files, release, before, now = edges_.clock.wall()] {
    if (given != nullptr)
      return look_at_files({*given, [](const std::string&) { return compose::FileStamp{}; }}, release, before,
                           now);
    const compose::RealFiles own;
    return look_at_files({own, compose::stamp_of}, release, before, now);
  };
}

runtime::Task<void> FileNews::look_at(std::string stack, std::int64_t number) {
  const Result<std::optional<Release>> release = edges_.store.release(stack, number);
  FileFinding none;
  none.release = number;
  std::optional<FileFinding> found(std::move(none));
  if (release && *release && !(*release)->source.config_files.empty()) {
    std::function<FileFinding()> work = looking(**release, news_[stack].found);
    found = co_await runtime::run_aside<FileFinding>(edges_.aside, std::move(work),
                                                     edges_.clock.now() + hangs_for);
  } else if (release && *release) {
    found->differs = false;  // it came without files
  }
  const auto news = news_.find(stack);
  if (news != news_.end()) {
    news->second.looking_since.reset();
    if (!found) log(LogLevel::warning, LogSubject{stack}, "its folder does not answer");
    news->second.found = found ? *std::move(found) : FileFinding{};
  }
  for (runtime::Bell* bell : waiting_) bell->ring();
}

std::optional<bool> FileNews::changed(const std::string& stack, std::int64_t release) const {
  if (release == 0) return false;
  const auto news = news_.find(stack);
  const bool known =
      news != news_.end() && !news->second.looking_since && news->second.found.release == release;
  if (!known) return std::nullopt;
  return news->second.found.differs;
}

}  // namespace stackd::daemon
