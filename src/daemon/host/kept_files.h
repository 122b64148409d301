// What services mount of the host's files, release by release, in a folder of stackd's own that nobody else
// enters: a release that is put back finds its configuration as it was, although the project's files have
// changed since.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "base/result.h"
#include "model/release.h"

namespace stackd::daemon {

class KeptFiles {
 public:
  /// `folder` is made when the first file is kept, and nobody but its owner may enter it. What is kept in it
  /// is as it was: contents, mode, owner and links, since containers get to see it in the place of the
  /// original.
  explicit KeptFiles(std::string folder) : folder_(std::move(folder)) {}

  /// The key of a release; a deploy that has no release yet keeps them under its id.
  static std::string key_of(std::int64_t release) { return "r" + std::to_string(release); }

  /// Errors: unavailable (the disk is full, for one); then nothing is kept under the key.
  [[nodiscard]] Result<void> put(const std::string& stack, const std::string& key,
                                 const MountedFiles& files) const;
  /// What is kept under one key is kept under another as well; what that has already stays.
  [[nodiscard]] Result<void> copy(const std::string& stack, const std::string& from,
                                  const std::string& to) const;
  /// The same of these files only.
  [[nodiscard]] Result<void> copy(const std::string& stack, const std::string& from, const std::string& to,
                                  const std::set<std::string>& paths) const;
  /// Where the file or folder that was at `host_path` is kept; "": it is not.
  [[nodiscard]] std::string path_of(const std::string& stack, const std::string& key,
                                    const std::string& host_path) const;
  /// A stack has a folder here for as long as it is kept: so it is known by name without the store.
  void note_stack(const std::string& stack) const;
  [[nodiscard]] std::set<std::string> stacks() const;
  void remove(const std::string& stack, const std::string& key) const;
  /// The stack is kept no longer. What its containers go on mounting stays, under these keys: without it none
  /// of them would start again. Returns the folder that stays; "": nothing does.
  [[nodiscard]] std::string let_go(const std::string& stack, const std::set<std::string>& mounted) const;

 private:
  [[nodiscard]] Result<void> make_folder(const std::filesystem::path& folder) const;
  [[nodiscard]] std::string folder_of(const std::string& stack, const std::string& key) const;

  std::string folder_;
};

}  // namespace stackd::daemon
