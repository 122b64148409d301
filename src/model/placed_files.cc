#include "model/placed_files.h"

#include <algorithm>

#include "base/text.h"

namespace stackd {
namespace {

bool holds(const std::string& folder, const std::string& path) {
  return path == folder || starts_with(path, folder.back() == '/' ? folder : folder + "/");
}

// The mount in which the path lies: the deepest one that holds it. Null: none.
const Mount* mount_at(const Service& service, const std::string& path) {
  const Mount* deepest = nullptr;
  for (const Mount& mount : service.mounts) {
    if (mount.target.empty() || !holds(mount.target, path)) continue;
    if (deepest == nullptr || mount.target.size() > deepest->target.size()) deepest = &mount;
  }
  return deepest;
}

std::string tmpfs_at(const Service& service, const std::string& path) {
  const Mount* mount = mount_at(service, path);
  if (mount != nullptr && mount->type == MountType::tmpfs) return mount->target;
  for (const std::string& tmpfs : service.tmpfs) {
    const std::string folder = tmpfs.substr(0, tmpfs.find(':'));
    const bool deeper = mount == nullptr || folder.size() > mount->target.size();
    if (!folder.empty() && deeper && holds(folder, path)) return folder;
  }
  return {};
}

class Search {
 public:
  explicit Search(const Service& service) : service_(service) {}

  void look(const std::string& section, const std::string& word, const std::vector<FileReference>& references,
            const std::map<std::string, FileDefinition>& definitions,
            std::string (*target_of)(const FileReference&)) {
    for (std::size_t index = 0; index < references.size(); ++index) {
      const FileReference& reference = references[index];
      const auto definition = definitions.find(reference.source);
      if (definition == definitions.end() || !definition->second.content ||
          definition->second.content->empty())
        continue;
      const std::string name = word + " " + reference.source;
      const std::string target = target_of(reference);
      const Mount* mount = mount_at(service_, target);
      const std::string tmpfs = tmpfs_at(service_, target);
      if (service_.read_only) {
        say(section, index, name + " can't be written into the read-only service " + service_.name,
            "give it a file, or take `read_only` away");
      } else if (!tmpfs.empty()) {
        say(section, index,
            name + " is hidden in " + service_.name + ": " + target + " lies in the tmpfs " + tmpfs +
                ", which is empty at every start",
            "give it a file, or another target");
      } else if (mount != nullptr && mount->read_only) {
        say(section, index,
            name + " can't be written into " + service_.name + ": " + target + " lies in " + mount->target +
                ", which is mounted read-only",
            "give it a file, or another target");
      }
    }
  }

  std::vector<UnplacedFile> result() { return std::move(found_); }

 private:
  void say(const std::string& section, std::size_t index, std::string why, std::string advice) {
    found_.push_back({section, index, std::move(why), std::move(advice)});
  }

  const Service& service_;
  std::vector<UnplacedFile> found_;
};

}  // namespace

std::string secret_target(const FileReference& reference) {
  const std::string folder = "/run/secrets/";
  if (reference.target.empty()) return folder + reference.source;
  return starts_with(reference.target, "/") ? reference.target : folder + reference.target;
}

std::string config_target(const FileReference& reference) {
  if (reference.target.empty()) return "/" + reference.source;
  return starts_with(reference.target, "/") ? reference.target : "/" + reference.target;
}

std::vector<UnplacedFile> unplaced_files(const Stack& stack, const Service& service) {
  Search search(service);
  search.look("secrets", "secret", service.secrets, stack.secrets, secret_target);
  search.look("configs", "config", service.configs, stack.configs, config_target);
  return search.result();
}

}  // namespace stackd
