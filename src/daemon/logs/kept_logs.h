// The last of what removed containers wrote, by stack and release, in a folder that nobody else enters. A log
// is there whole or not at all: it is written under another name first, and one without its last line, which
// lost power cut off, does not count. Nobody waits for the disk. Knows files; keep_log.h fills them.
//
//   FOLDER/<stack>/r<release>/<service>.<number>.<12 characters of the container's id>.log
//   a line each: the moment or "-", "o" or "e" for the stream, the text; the last line is "end"
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "daemon/control.h"

namespace stackd::daemon {

inline constexpr std::int64_t kept_log_bytes_max = 10LL * 1024 * 1024;

/// One kept log, as its name tells.
struct KeptLog {
  std::string path;
  std::int64_t release = 0;
  std::string service;
  std::int64_t number = 0;
  std::string container;  // the first 12 characters of its id
  std::int64_t bytes = 0;
  WallTime kept_at;
};

/// Takes lines and keeps the last of them; what was not finished is gone with it.
class KeptLogWriter {
 public:
  ~KeptLogWriter();
  KeptLogWriter(const KeptLogWriter&) = delete;
  KeptLogWriter& operator=(const KeptLogWriter&) = delete;

  /// Errors: unavailable (the disk is full, for one); nothing more is taken then.
  Result<void> add(const LogLine& line);
  /// From now on it is there.
  Result<void> finish();

 private:
  friend class KeptLogs;
  explicit KeptLogWriter(std::string path);
  Result<void> write(const std::string& text);
  Result<void> cut_front();

  std::string path_;
  std::FILE* file_ = nullptr;
  std::int64_t bytes_ = 0;
};

/// Reads one line by line, with a block of memory.
class KeptLogReader {
 public:
  /// Only the last `tail` lines, only those from `since` on.
  KeptLogReader(const std::string& path, std::optional<std::int64_t> tail, std::optional<WallTime> since);
  ~KeptLogReader();
  KeptLogReader(const KeptLogReader&) = delete;
  KeptLogReader& operator=(const KeptLogReader&) = delete;

  /// Without names; nothing at the end, also when the file is gone.
  std::optional<LogLine> next();

 private:
  std::optional<LogLine> read();

  std::FILE* file_ = nullptr;
  std::optional<WallTime> since_;
};

class KeptLogs {
 public:
  explicit KeptLogs(std::string folder) : folder_(std::move(folder)) {}

  /// Errors: unavailable.
  [[nodiscard]] Result<std::unique_ptr<KeptLogWriter>> begin(const std::string& stack,
                                                             const KeptLog& log) const;
  /// By service, number, then age.
  [[nodiscard]] std::vector<KeptLog> of_release(const std::string& stack, std::int64_t release) const;
  /// Deletes the oldest of the stack until they take no more than this.
  void shrink(const std::string& stack, std::int64_t bytes_max) const;
  void remove(const std::string& stack, std::int64_t release) const;
  void remove(const std::string& stack) const;

 private:
  [[nodiscard]] std::string folder_of(const std::string& stack, std::int64_t release) const;

  std::string folder_;
};

}  // namespace stackd::daemon
