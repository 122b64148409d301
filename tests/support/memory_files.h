// Files that lie in memory only: what a test writes is all there is. Folders exist through the files in them.
#pragma once

#include <map>
#include <set>
#include <string>

#include "compose/read/files.h"
#include "compose/read/paths.h"

namespace stackd::test {

class MemoryFiles : public compose::Files {
 public:
  MemoryFiles() = default;
  MemoryFiles(std::initializer_list<std::pair<const std::string, std::string>> files) : files_(files) {}

  void write(const std::string& path, std::string text) { files_[path] = std::move(text); }
  void write_device(const std::string& path) { devices_.insert(path); }
  void link(const std::string& path, std::string target) { links_[path] = std::move(target); }

  [[nodiscard]] compose::FileKind kind(const std::string& path) const override {
    const std::string real = resolve(path);
    if (files_.contains(real)) return compose::FileKind::regular;
    if (devices_.contains(real)) return compose::FileKind::other;
    const auto below = files_.lower_bound(real + "/");
    const bool folder = below != files_.end() && below->first.starts_with(real + "/");
    return folder || real == "/" ? compose::FileKind::folder : compose::FileKind::absent;
  }
  [[nodiscard]] bool is_symbolic_link(const std::string& path) const override {
    return links_.contains(path);
  }
  [[nodiscard]] bool is_readable_by_everybody(const std::string& path) const override {
    return kind(path) == compose::FileKind::regular;
  }
  [[nodiscard]] Result<std::string> read(const std::string& path) const override {
    const auto found = files_.find(resolve(path));
    if (found != files_.end()) return found->second;
    if (kind(path) == compose::FileKind::absent)
      return Error{ErrorKind::not_found, path + ": no such file or folder"};
    return Error{ErrorKind::invalid, path + ": is a folder or a device"};
  }
  [[nodiscard]] Result<std::string> real_path(const std::string& path) const override {
    if (kind(path) == compose::FileKind::absent) return Error{ErrorKind::not_found, path + ": no such file"};
    return resolve(path);
  }
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override {
    std::set<std::string> names;
    const std::string folder = resolve(path) + "/";
    for (const auto& [file, text] : files_)
      if (file.starts_with(folder))
        names.insert(file.substr(folder.size(), file.find('/', folder.size()) - folder.size()));
    return std::vector<std::string>(names.begin(), names.end());
  }

 private:
  /// The longest linked start of a path is replaced by what it leads to.
  [[nodiscard]] std::string resolve(const std::string& path) const {
    const std::string clean = compose::clean_path(path);
    for (const auto& [from, to] : links_) {
      if (clean == from) return resolve(to);
      if (clean.starts_with(from + "/")) return resolve(to + clean.substr(from.size()));
    }
    return clean;
  }

  std::map<std::string, std::string> files_;
  std::set<std::string> devices_;
  std::map<std::string, std::string> links_;
};

}  // namespace stackd::test
