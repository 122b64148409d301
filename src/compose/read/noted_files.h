// Files that remember every path they were asked about, as it was then: so that whoever has read a project
// once can tell by a look at those paths whether reading it again could give anything else.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "base/time.h"
#include "compose/read/files.h"

namespace stackd::compose {

/// Another one whenever what a path leads to may be something else than before. "": that can't be told.
struct FileStamp {
  std::string text;
  WallTime changed_at{};
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};
using StampOf = std::function<FileStamp(const std::string& path)>;

/// Of the machine's own file, also of one that is absent.
FileStamp stamp_of(const std::string& path);

/// What was asked for, with what was there: an absent file too.
using FileStamps = std::map<std::string, FileStamp>;

/// Whether all of it is the same still. `settled_before`: what changed later than that may have changed again
/// within one tick of the file system's clock, and is not the same.
bool are_same(const FileStamps& stamps, const StampOf& stamp, WallTime settled_before);

class NotedFiles final : public Files {
 public:
  NotedFiles(const Files& files, StampOf stamp) : files_(files), stamp_(std::move(stamp)) {}

  [[nodiscard]] FileKind kind(const std::string& path) const override;
  [[nodiscard]] bool is_symbolic_link(const std::string& path) const override;
  [[nodiscard]] bool is_readable_by_everybody(const std::string& path) const override;
  [[nodiscard]] Result<FileStatus> status(const std::string& path) const override;
  [[nodiscard]] Result<std::string> link_target(const std::string& path) const override;
  [[nodiscard]] Result<std::string> read(const std::string& path) const override;
  [[nodiscard]] Result<std::string> real_path(const std::string& path) const override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override;

  [[nodiscard]] const FileStamps& stamps() const { return stamps_; }

 private:
  /// Before it is looked at: a change in between shows the next time.
  const Files& noting(const std::string& path) const;

  const Files& files_;
  StampOf stamp_;
  mutable FileStamps stamps_;
};

}  // namespace stackd::compose
