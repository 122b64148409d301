#include "compose/read/paths.h"

#include <vector>

#include "base/text.h"

namespace stackd::compose {

namespace {

std::vector<std::string> names_of(std::string_view path) {
  std::vector<std::string> names;
  for (std::string& name : split(path, '/'))
    if (!name.empty()) names.push_back(std::move(name));
  return names;
}

bool is_separator(char c) {
  return c == '/' || c == '\\';
}

}  // namespace

std::string clean_path(std::string_view path) {
  const bool absolute = is_absolute(path);
  std::vector<std::string> kept;
  for (std::string& name : names_of(path)) {
    if (name == ".") continue;
    if (name != "..") {
      kept.push_back(std::move(name));
    } else if (!kept.empty() && kept.back() != "..") {
      kept.pop_back();
    } else if (!absolute) {
      kept.push_back(std::move(name));
    }
  }
  const std::string text = (absolute ? "/" : "") + join(kept, "/");
  return text.empty() ? "." : text;
}

std::string join_path(std::string_view folder, std::string_view path) {
  if (folder.empty()) return path.empty() ? std::string() : clean_path(path);
  if (path.empty()) return clean_path(folder);
  return clean_path(std::string(folder) + "/" + std::string(path));
}

bool is_absolute(std::string_view path) {
  return !path.empty() && path.front() == '/';
}

bool is_windows_absolute(std::string_view path) {
  if (path.size() >= 3 && path[1] == ':') return is_separator(path[2]);
  // A network share or a device: \\server\share.
  return path.size() > 2 && is_separator(path[0]) && is_separator(path[1]);
}

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return clean_path(slash == std::string_view::npos ? "" : path.substr(0, slash + 1));
}

std::string_view last_name(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos || path.size() == 1 ? path : path.substr(slash + 1);
}

std::string relative_path(std::string_view from, std::string_view to) {
  const std::vector<std::string> start = names_of(from);
  const std::vector<std::string> end = names_of(to);
  std::size_t common = 0;
  while (common < start.size() && common < end.size() && start[common] == end[common]) ++common;
  std::vector<std::string> way(start.size() - common, "..");
  way.insert(way.end(), end.begin() + static_cast<std::ptrdiff_t>(common), end.end());
  return way.empty() ? "." : join(way, "/");
}

}  // namespace stackd::compose
