#include "engine/docker_tar.h"

#include <string_view>

#include "base/text.h"

namespace stackd::engine {
namespace {

constexpr std::size_t block_bytes = 512;
constexpr std::size_t name_bytes_max = 100;
constexpr std::size_t prefix_bytes_max = 155;

// Where the fields of a header begin.
constexpr std::size_t at_mode = 100;
constexpr std::size_t at_uid = 108;
constexpr std::size_t at_gid = 116;
constexpr std::size_t at_size = 124;
constexpr std::size_t at_time = 136;
constexpr std::size_t at_checksum = 148;
constexpr std::size_t at_type = 156;
constexpr std::size_t at_magic = 257;
constexpr std::size_t at_prefix = 345;

void put(std::string& header, std::size_t at, std::string_view text) {
  header.replace(at, text.size(), text);
}

/// Octal digits, the last of `field_bytes` a NUL. False when the number is too large.
bool put_octal(std::string& header, std::size_t at, std::size_t field_bytes, std::uint64_t number) {
  std::string digits(field_bytes - 1, '0');
  for (std::size_t i = digits.size(); i > 0; --i) {
    digits[i - 1] = static_cast<char>('0' + (number & 7U));
    number >>= 3U;
  }
  put(header, at, digits);
  return number == 0;
}

/// A long path is split at a slash into prefix and name.
bool put_path(std::string& header, std::string_view path) {
  if (path.size() <= name_bytes_max) {
    put(header, 0, path);
    return true;
  }
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    const std::size_t name_bytes = path.size() - slash - 1;
    if (slash == 0 || slash > prefix_bytes_max || name_bytes > name_bytes_max || name_bytes == 0) continue;
    put(header, at_prefix, path.substr(0, slash));
    put(header, 0, path.substr(slash + 1));
    return true;
  }
  return false;
}

}  // namespace

Result<std::string> tar_of(const ContainerFile& file) {
  std::string_view path = file.path;
  while (starts_with(path, "/")) path.remove_prefix(1);
  std::string header(block_bytes, '\0');
  if (path.empty() || !put_path(header, path)) {
    return Error{ErrorKind::invalid,
                 "path " + quote(file.path) + " is empty or too long for a file in a container"};
  }
  if (file.uid < 0 || file.gid < 0 || file.mode < 0) {
    return Error{ErrorKind::invalid, "file " + file.path + ": owner and mode must not be negative"};
  }
  const bool fits = put_octal(header, at_mode, 8, static_cast<std::uint64_t>(file.mode)) &&
                    put_octal(header, at_uid, 8, static_cast<std::uint64_t>(file.uid)) &&
                    put_octal(header, at_gid, 8, static_cast<std::uint64_t>(file.gid)) &&
                    put_octal(header, at_size, 12, file.content.size()) && put_octal(header, at_time, 12, 0);
  if (!fits) {
    return Error{ErrorKind::invalid, "file " + file.path + ": owner, mode or size is too large"};
  }
  put(header, at_type, "0");
  put(header, at_magic, std::string_view("ustar\00000", 8));
  // The sum counts its own field as blanks.
  put(header, at_checksum, "        ");
  std::uint64_t sum = 0;
  for (const char byte : header) sum += static_cast<unsigned char>(byte);
  put_octal(header, at_checksum, 7, sum);
  header[at_checksum + 6] = '\0';

  std::string archive = std::move(header);
  archive += file.content;
  const std::size_t padding = (block_bytes - file.content.size() % block_bytes) % block_bytes;
  archive.append(padding + 2 * block_bytes, '\0');
  return archive;
}

}  // namespace stackd::engine
