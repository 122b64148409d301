#include "compose/read/git_index.h"

#include <cstdint>

#include "base/text.h"
#include "compose/read/paths.h"

namespace stackd::compose {
namespace {

// gitformat-index(5): a header, then entries of fixed fields, a name, and zeros to a multiple of 8.
constexpr std::size_t header_bytes = 12;
constexpr std::size_t flags_at = 60;
constexpr std::size_t extended_flag = 0x4000;
constexpr std::size_t alignment = 8;

std::size_t big_endian_at(std::string_view bytes, std::size_t at, std::size_t count) {
  std::size_t number = 0;
  for (std::size_t i = at; i < at + count; ++i)
    number = (number << 8U) | static_cast<unsigned char>(bytes[i]);
  return number;
}

// The folder with the index: `.git`, or where a file of that name points (a worktree, a submodule).
std::string git_folder(const std::string& dot_git, const Files& files) {
  if (files.kind(dot_git) != FileKind::regular) return dot_git;
  Result<std::string> text = files.read(dot_git);
  constexpr std::string_view key = "gitdir:";
  if (!text || !starts_with(*text, key)) return {};
  std::string_view target = trim(std::string_view(*text).substr(key.size()));
  return is_absolute(target) ? std::string(target) : join_path(folder_of(dot_git), target);
}

}  // namespace

bool index_has(std::string_view index, std::string_view name) {
  if (index.size() < header_bytes || !starts_with(index, "DIRC")) return false;
  const std::size_t version = big_endian_at(index, 4, 4);
  if (version != 2 && version != 3) return false;
  const std::size_t entries = big_endian_at(index, 8, 4);
  std::size_t at = header_bytes;
  for (std::size_t i = 0; i < entries; ++i) {
    if (index.size() < at + flags_at + 4) return false;
    const bool extended = version == 3 && (big_endian_at(index, at + flags_at, 2) & extended_flag) != 0;
    const std::size_t name_at = at + flags_at + (extended ? 4 : 2);
    const std::size_t end = index.find('\0', name_at);
    if (end == std::string_view::npos) return false;
    if (index.substr(name_at, end - name_at) == name) return true;
    at += (end - at) / alignment * alignment + alignment;
  }
  return false;
}

bool is_tracked_by_git(const std::string& path, const Files& files) {
  for (std::string folder = folder_of(path);; folder = folder_of(folder)) {
    const std::string dot_git = join_path(folder, ".git");
    if (files.kind(dot_git) != FileKind::absent) {
      const std::string git = git_folder(dot_git, files);
      if (git.empty()) return false;
      Result<std::string> index = files.read(join_path(git, "index"));
      return index && index_has(*index, relative_path(folder, path));
    }
    if (folder == "/" || folder.empty() || folder == ".") return false;
  }
}

}  // namespace stackd::compose
