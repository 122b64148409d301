// Whether the files of a kept stack say something else than its current release. They are other people's, and
// may lie on a server that hangs: they are looked at beside the loop, and what is not known is never taken
// for unchanged.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compose/read/noted_files.h"
#include "daemon/host/edges.h"
#include "runtime/bell.h"
#include "runtime/task_group.h"

namespace stackd::daemon {

/// What was found the last time, with all that it depends on.
struct FileFinding {
  std::int64_t release = 0;
  std::optional<bool> differs;  // absent: they can't be read
  compose::FileStamps stamps;
};

/// Files, and how to tell without reading that they are the same.
struct WatchedFiles {
  const compose::Files& files;
  compose::StampOf stamp;
};

/// Looks at the files of a release, which is only a look at their stamps when nothing can have changed since
/// `before`. Waits as long as the files do.
FileFinding look_at_files(const WatchedFiles& watched, const Release& release, const FileFinding& before,
                          WallTime now);

class FileNews {
 public:
  explicit FileNews(const Edges& edges);
  runtime::Task<void> stop();

  /// Looks anew at the files of these stacks' current releases, and waits for what is found: but for a moment
  /// only, and not at all for those whose last look still hangs.
  runtime::Task<void> look(std::map<std::string, std::int64_t> releases);
  /// As was found last of this release. Absent: not known, because a look is still under way, or they can't
  /// be read.
  [[nodiscard]] std::optional<bool> changed(const std::string& stack, std::int64_t release) const;
  void forget(const std::string& stack) { news_.erase(stack); }

 private:
  struct News {
    FileFinding found;
    std::optional<Time> looking_since;
  };

  [[nodiscard]] std::function<FileFinding()> looking(const Release& release, const FileFinding& before) const;
  runtime::Task<void> look_at(std::string stack, std::int64_t release);
  [[nodiscard]] std::optional<Time> awaited_until(const std::map<std::string, std::int64_t>& releases) const;

  Edges edges_;
  std::map<std::string, News> news_;
  std::vector<runtime::Bell*> waiting_;
  runtime::TaskGroup tasks_;
};

}  // namespace stackd::daemon
