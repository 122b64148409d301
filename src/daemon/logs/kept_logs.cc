#include "daemon/logs/kept_logs.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

namespace stackd::daemon {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view ending = ".log";
constexpr std::string_view half_ending = ".part";
constexpr std::string_view last_line = "end";  // no other is without a blank
/// Grows to twice what is kept before its front is cut: so a long log is copied once, not over and over.
constexpr std::int64_t uncut_bytes_max = 2 * kept_log_bytes_max;
constexpr std::size_t kept_line_bytes_max = std::size_t{512} << 10U;
constexpr std::size_t block_bytes = std::size_t{64} << 10U;

Error no_log_in(const std::string& path) {
  return Error{ErrorKind::unavailable, "keep a log in " + path + ": " + std::strerror(errno)};
}

Result<void> make_private(const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (!code) fs::permissions(folder, fs::perms::owner_all, code);
  if (code) return Error{ErrorKind::unavailable, "keep a log in " + folder.string() + ": " + code.message()};
  return {};
}

std::string name_of(const KeptLog& log) {
  return log.service + "." + std::to_string(log.number) + "." + log.container + std::string(ending);
}

bool is_whole(const std::string& path, std::int64_t bytes) {
  const auto length = static_cast<std::int64_t>(last_line.size() + 1);
  std::string end(last_line.size() + 1, '\0');
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) return false;
  const bool read = bytes >= length && std::fseek(file, bytes - length, SEEK_SET) == 0 &&
                    std::fread(end.data(), 1, end.size(), file) == end.size();
  std::fclose(file);
  return read && end == std::string(last_line) + "\n";
}

// The parts from the end, since a service's name may have dots in it.
std::optional<KeptLog> read_name(const fs::path& path, std::int64_t release) {
  if (path.extension() != ending) return std::nullopt;
  const std::string stem = path.stem().string();
  const std::size_t id = stem.rfind('.');
  const std::size_t number = id == std::string::npos || id == 0 ? id : stem.rfind('.', id - 1);
  if (number == std::string::npos || id == 0) return std::nullopt;
  std::error_code code;
  KeptLog log;
  log.path = path.string();
  log.release = release;
  log.service = stem.substr(0, number);
  log.number = std::atoll(stem.c_str() + number + 1);
  log.container = stem.substr(id + 1);
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  log.bytes = status.st_size;
  log.kept_at = WallTime(std::chrono::seconds(status.st_mtim.tv_sec) +
                         std::chrono::nanoseconds(status.st_mtim.tv_nsec));
  return log;
}

bool older(const KeptLog& a, const KeptLog& b) {
  return a.kept_at < b.kept_at || (a.kept_at == b.kept_at && a.path < b.path);
}

// A line without its end; nothing at the end of the file. What is longer comes in pieces.
std::optional<std::string> read_line(std::FILE* file) {
  std::string line;
  for (int letter = ::getc_unlocked(file); letter != EOF; letter = ::getc_unlocked(file)) {
    if (letter == '\n') return line;
    line += static_cast<char>(letter);
    if (line.size() >= kept_line_bytes_max) return line;
  }
  if (line.empty()) return std::nullopt;
  return line;
}

}  // namespace

// Writing.

KeptLogWriter::KeptLogWriter(std::string path) : path_(std::move(path)) {
  const mode_t before = ::umask(0077);
  file_ = std::fopen((path_ + std::string(half_ending)).c_str(), "wb+e");
  ::umask(before);
}

KeptLogWriter::~KeptLogWriter() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  std::error_code code;
  fs::remove(path_ + std::string(half_ending), code);
}

Result<void> KeptLogWriter::write(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) return no_log_in(path_);
  bytes_ += static_cast<std::int64_t>(text.size());
  return {};
}

Result<void> KeptLogWriter::add(const LogLine& line) {
  std::string text = line.at ? to_rfc3339(*line.at) : "-";
  text += line.error_stream ? " e " : " o ";
  text += line.text;
  text += '\n';
  Result<void> written = write(text);
  if (written && bytes_ > uncut_bytes_max) written = cut_front();
  return written;
}

// Moves the last of it to the front, from the next line's beginning on.
Result<void> KeptLogWriter::cut_front() {
  const std::int64_t from = bytes_ - kept_log_bytes_max;
  if (std::fseek(file_, from - 1, SEEK_SET) != 0) return no_log_in(path_);
  int letter = ::getc_unlocked(file_);
  while (letter != '\n' && letter != EOF) letter = ::getc_unlocked(file_);
  std::int64_t read_at = std::ftell(file_);
  std::int64_t write_at = 0;
  std::string block(block_bytes, '\0');
  while (true) {
    if (std::fseek(file_, read_at, SEEK_SET) != 0) return no_log_in(path_);
    const std::size_t count = std::fread(block.data(), 1, block.size(), file_);
    if (count == 0) break;
    read_at += static_cast<std::int64_t>(count);
    if (std::fseek(file_, write_at, SEEK_SET) != 0) return no_log_in(path_);
    if (std::fwrite(block.data(), 1, count, file_) != count) return no_log_in(path_);
    write_at += static_cast<std::int64_t>(count);
  }
  if (std::fflush(file_) != 0 || ::ftruncate(::fileno(file_), write_at) != 0) return no_log_in(path_);
  if (std::fseek(file_, write_at, SEEK_SET) != 0) return no_log_in(path_);
  bytes_ = write_at;
  return {};
}

Result<void> KeptLogWriter::finish() {
  if (bytes_ > kept_log_bytes_max) {
    if (Result<void> cut = cut_front(); !cut) return cut;
  }
  if (Result<void> ended = write(std::string(last_line) + "\n"); !ended) return ended;
  const bool flushed = std::fflush(file_) == 0;
  const std::string half = path_ + std::string(half_ending);
  if (!flushed || std::rename(half.c_str(), path_.c_str()) != 0) return no_log_in(path_);
  std::fclose(file_);
  file_ = nullptr;
  return {};
}

// Reading.

KeptLogReader::KeptLogReader(const std::string& path, std::optional<std::int64_t> tail,
                             std::optional<WallTime> since)
    : file_(std::fopen(path.c_str(), "rbe")), since_(since) {
  if (file_ == nullptr || !tail) return;
  std::int64_t lines = 0;
  for (std::optional<std::string> line = read_line(file_); line && *line != last_line;
       line = read_line(file_))
    ++lines;
  std::rewind(file_);
  for (; lines > *tail; --lines) read_line(file_);
}

KeptLogReader::~KeptLogReader() {
  if (file_ != nullptr) std::fclose(file_);
}

std::optional<LogLine> KeptLogReader::read() {
  std::optional<std::string> text;
  if (file_ != nullptr) text = read_line(file_);
  if (!text || *text == last_line) return std::nullopt;
  LogLine line;
  const std::size_t blank = text->find(' ');
  if (blank == std::string::npos || text->size() < blank + 3) {
    line.text = std::move(*text);
    return line;
  }
  if (Result<WallTime> at = parse_rfc3339(text->substr(0, blank))) line.at = *at;
  line.error_stream = (*text)[blank + 1] == 'e';
  line.text = text->substr(blank + 3);
  return line;
}

std::optional<LogLine> KeptLogReader::next() {
  while (true) {
    std::optional<LogLine> line = read();
    if (!line || !since_ || !line->at || *line->at >= *since_) return line;
  }
}

// All of them.

std::string KeptLogs::folder_of(const std::string& stack, std::int64_t release) const {
  return folder_ + "/" + stack + "/r" + std::to_string(release);
}

Result<std::unique_ptr<KeptLogWriter>> KeptLogs::begin(const std::string& stack, const KeptLog& log) const {
  for (const std::string& folder : {folder_, folder_ + "/" + stack, folder_of(stack, log.release)}) {
    if (Result<void> made = make_private(folder); !made) return made.error();
  }
  const std::string path = folder_of(stack, log.release) + "/" + name_of(log);
  std::unique_ptr<KeptLogWriter> writer(new KeptLogWriter(path));
  if (writer->file_ == nullptr) return no_log_in(path);
  return writer;
}

std::vector<KeptLog> KeptLogs::of_release(const std::string& stack, std::int64_t release) const {
  std::vector<KeptLog> found;
  std::error_code code;
  for (fs::directory_iterator it(folder_of(stack, release), code), end; !code && it != end;
       it.increment(code)) {
    if (std::optional<KeptLog> log = read_name(it->path(), release)) found.push_back(std::move(*log));
  }
  found.erase(std::remove_if(found.begin(), found.end(),
                             [](const KeptLog& log) { return !is_whole(log.path, log.bytes); }),
              found.end());
  std::sort(found.begin(), found.end(), [](const KeptLog& a, const KeptLog& b) {
    if (a.service != b.service) return a.service < b.service;
    return a.number != b.number ? a.number < b.number : older(a, b);
  });
  return found;
}

void KeptLogs::shrink(const std::string& stack, std::int64_t bytes_max) const {
  std::vector<KeptLog> all;
  std::int64_t bytes = 0;
  std::error_code code;
  for (fs::recursive_directory_iterator it(folder_ + "/" + stack, code), end; !code && it != end;
       it.increment(code)) {
    std::optional<KeptLog> log = read_name(it->path(), 0);
    if (log) bytes += log->bytes;
    if (log) all.push_back(std::move(*log));
  }
  std::sort(all.begin(), all.end(), older);
  for (const KeptLog& log : all) {
    if (bytes <= bytes_max) break;
    if (fs::remove(log.path, code)) bytes -= log.bytes;
  }
}

void KeptLogs::remove(const std::string& stack, std::int64_t release) const {
  std::error_code code;
  fs::remove_all(folder_of(stack, release), code);
  if (code) log(LogLevel::warning, LogSubject{stack, {}, release}, "kept logs: " + code.message());
}

void KeptLogs::remove(const std::string& stack) const {
  std::error_code code;
  fs::remove_all(folder_ + "/" + stack, code);
  if (code) log(LogLevel::warning, LogSubject{stack}, "kept logs: " + code.message());
}

}  // namespace stackd::daemon
