// The file that holds the state, before SQLite sees it: kept from other people's eyes, for it holds secrets,
// and from a second stackd, which would make the engine obey two masters.
#pragma once

#include <string>

#include "base/result.h"

namespace stackd::store {

class StateFile {
 public:
  /// Makes the folder (0700) and an empty file (0600) where they are absent, takes rights away from others
  /// where they are not, and locks the file's name until destroyed. Errors: invalid (the
  /// folder is none, or plainly not ours alone), unavailable (no permission), conflict (another stackd has
  /// it).
  static Result<StateFile> claim(const std::string& path);

  StateFile(StateFile&& other) noexcept;
  StateFile& operator=(StateFile&&) = delete;
  ~StateFile();

 private:
  explicit StateFile(int lock) : lock_(lock) {}

  int lock_;  // descriptor of PATH.lock; the system lets go of it however the process ends
};

}  // namespace stackd::store
