// How the loader sees the outside: reading, and nothing else. The loader refuses to know more of a machine
// than this; tests give it a world in memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/release.h"

namespace stackd::compose {

enum class FileKind {
  absent,
  regular,
  folder,
  other,  // a device, a socket, a pipe
};

/// Of a file or folder, or of what a link leads to.
struct FileStatus {
  FileAttributes attributes;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  WallTime changed_at;  // its contents, its attributes or its name, by the machine's calendar
};

/// Paths are absolute and lead through symbolic links.
class Files {
 public:
  Files() = default;
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  virtual ~Files() = default;

  [[nodiscard]] virtual FileKind kind(const std::string& path) const = 0;
  [[nodiscard]] virtual bool is_symbolic_link(const std::string& path) const = 0;
  /// Whether every user of the machine may read the file, as far as its own mode says.
  [[nodiscard]] virtual bool is_readable_by_everybody(const std::string& path) const = 0;

  /// Errors: not_found; unavailable where nothing of the kind is known.
  [[nodiscard]] virtual Result<FileStatus> status(const std::string& path) const;
  /// What a symbolic link says. Errors: as above; invalid when it is none.
  [[nodiscard]] virtual Result<std::string> link_target(const std::string& path) const;

  /// All bytes of a regular file. Errors: not_found; invalid for folders, devices and what is too large;
  /// unavailable when it can't be read.
  [[nodiscard]] virtual Result<std::string> read(const std::string& path) const = 0;

  /// Without symbolic links, "." and "..". Errors: not_found, unavailable.
  [[nodiscard]] virtual Result<std::string> real_path(const std::string& path) const = 0;

  /// What a file or folder is known by, whatever leads to it and however it is renamed; a copy is another.
  /// "" where the file system does not say.
  [[nodiscard]] virtual std::string identity(const std::string&) const { return {}; }

  /// The names in a folder, sorted. Errors: not_found, unavailable.
  [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::string& path) const = 0;
};

/// The machine's own files. Opens regular files only and never waits on a pipe or a device.
class RealFiles : public Files {
 public:
  [[nodiscard]] FileKind kind(const std::string& path) const override;
  [[nodiscard]] bool is_symbolic_link(const std::string& path) const override;
  [[nodiscard]] bool is_readable_by_everybody(const std::string& path) const override;
  [[nodiscard]] Result<FileStatus> status(const std::string& path) const override;
  [[nodiscard]] Result<std::string> link_target(const std::string& path) const override;
  [[nodiscard]] Result<std::string> read(const std::string& path) const override;
  [[nodiscard]] Result<std::string> real_path(const std::string& path) const override;
  [[nodiscard]] std::string identity(const std::string& path) const override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override;
};

}  // namespace stackd::compose
