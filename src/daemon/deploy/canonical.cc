#include "daemon/deploy/canonical.h"

#include "base/text.h"
#include "compose/read/mounted_files.h"
#include "compose/read/node_json.h"
#include "daemon/ledger/records.h"
#include "decide/picture/order.h"

namespace stackd::daemon {
namespace {

Result<void> check_named(const Stack& stack, const std::vector<std::string>& services) {
  std::vector<std::string> known;
  for (const auto& [name, service] : stack.services) known.push_back(name);
  for (const std::string& name : services) {
    if (stack.services.count(name) > 0) continue;
    std::string meant = nearest(name, known);
    return Error{ErrorKind::not_found,
                 "no such service: " + name + (meant.empty() ? "" : "; did you mean " + meant + "?")};
  }
  return {};
}

// The services that are to stay as they are, with all that only they use, over what the deploy says.
class Completion {
 public:
  Completion(compose::Node model, compose::Node before, const std::set<std::string>& chosen)
      : model_(std::move(model)), before_(std::move(before)), chosen_(chosen) {}

  compose::Node run(const Stack& now) {
    for (const auto& [name, service] : now.services) {
      if (chosen_.count(name) > 0) note_used(service);
    }
    take("services", chosen_);
    for (const char* key : {"networks", "volumes", "secrets", "configs"}) take(key, used_[key]);
    return std::move(model_);
  }

 private:
  void note_used(const Service& service) {
    for (const auto& [key, attachment] : service.networks) used_["networks"].insert(key);
    for (const Mount& mount : service.mounts) used_["volumes"].insert(mount.source);
    for (const FileReference& reference : service.secrets) used_["secrets"].insert(reference.source);
    for (const FileReference& reference : service.configs) used_["configs"].insert(reference.source);
  }

  // Of the deploy only what is in `chosen`, of the current release all else.
  void take(const char* key, const std::set<std::string>& chosen) {
    compose::Map members;
    add(members, model_.find(key), [&](const std::string& name) { return chosen.count(name) > 0; });
    add(members, before_.find(key), [&](const std::string& name) { return !members.contains(name); });
    members.sort();
    if (members.empty()) {
      model_.as_map().erase(key);
    } else {
      model_.as_map().set(key, compose::Node::map(std::move(members)));
    }
  }

  template <typename Wanted>
  static void add(compose::Map& members, const compose::Node* from, Wanted wanted) {
    if (from == nullptr || !from->is_map()) return;
    for (const compose::Entry& entry : from->as_map()) {
      if (wanted(entry.key)) members.set(entry.key, entry.value);
    }
  }

  compose::Node model_;
  compose::Node before_;
  const std::set<std::string>& chosen_;
  std::map<std::string, std::set<std::string>> used_;
};

}  // namespace

Result<Completed> with_rest_of_release(store::Store& store, const Deploy& deploy, std::int64_t current) {
  Result<std::shared_ptr<const Stack>> stack = bind_canonical(deploy.canonical, deploy.source);
  if (!stack) return stack.error();
  Result<void> named = check_named(**stack, deploy.services);
  if (!named) return named.error();
  const std::set<std::string> chosen = decide::with_dependencies(**stack, deploy.services);
  Result<compose::Node> model = compose::node_from_json(deploy.canonical);
  if (!model) return model.error();
  Completed completed;
  for (const std::string& name : chosen) {
    const auto prints = deploy.fingerprints.find(name);
    if (prints != deploy.fingerprints.end()) completed.fingerprints.insert(*prints);
  }
  if (current == 0) {
    completed.canonical =
        compose::to_json(Completion(*std::move(model), compose::Node::map(), chosen).run(**stack));
    return completed;
  }
  Result<std::optional<Release>> release = store.release(deploy.stack, current);
  if (!release) return release.error();
  if (!*release)
    return Error{ErrorKind::internal, "release " + std::to_string(current) + " is not in the store"};
  Result<compose::Node> before = compose::node_from_json((*release)->canonical);
  if (!before) return before.error();
  completed.canonical =
      compose::to_json(Completion(*std::move(model), *std::move(before), chosen).run(**stack));
  for (const auto& [name, image] : (*release)->images) {
    if (chosen.count(name) == 0) completed.images.emplace(name, image);
  }
  for (const auto& [name, prints] : (*release)->fingerprints) {
    if (chosen.count(name) == 0) completed.fingerprints.emplace(name, prints);
  }
  return completed;
}

MountedFiles files_of_named(MountedFiles files, const std::string& canonical,
                            const std::vector<std::string>& services) {
  Result<std::shared_ptr<const Stack>> stack = bind_canonical(canonical, {});
  if (!stack || services.empty()) return files;
  const std::set<std::string> chosen = decide::with_dependencies(**stack, services);
  std::set<std::string> paths;
  for (const auto& [name, by_path] : files.fingerprints) {
    for (const auto& [path, hash] : by_path) {
      if (chosen.count(name) > 0) paths.insert(path);
    }
  }
  std::erase_if(files.fingerprints, [&](const auto& entry) { return chosen.count(entry.first) == 0; });
  std::erase_if(files.contents, [&](const auto& entry) { return paths.count(entry.first) == 0; });
  std::erase_if(files.links, [&](const auto& entry) { return paths.count(entry.first) == 0; });
  return files;
}

std::set<std::string> unchanged_files(const Fingerprints& now, const Fingerprints& former) {
  std::set<std::string> paths;
  for (const auto& [name, by_path] : now) {
    const auto before = former.find(name);
    if (before == former.end()) continue;
    for (const auto& [path, hash] : by_path) {
      const auto was = before->second.find(path);
      if (was != before->second.end() && was->second == hash) paths.insert(path);
    }
  }
  return paths;
}

std::vector<std::string> take_over_unreadable(MountedFiles& files, const Stack& stack,
                                              const Fingerprints& former) {
  std::vector<std::string> warnings;
  for (const std::string& path : files.unreadable) {
    warnings.push_back(path + " can't be read, or is a folder with too much in it, and counts as unchanged");
    for (const auto& [name, by_path] : former) {
      const auto service = stack.services.find(name);
      if (service == stack.services.end() || !is_mounted_alone(stack, service->second, path)) continue;
      for (const auto& [known, hash] : by_path) {
        if (known == path || is_inside(known, path)) files.fingerprints[name].emplace(known, hash);
      }
    }
  }
  return warnings;
}

std::vector<std::string> take_over_unreadable(MountedFiles& files, store::Store& store,
                                              const DeployRequest& request, std::int64_t current) {
  Result<std::optional<Release>> former = store.release(request.stack, current);
  const Fingerprints recorded = former && *former ? (*former)->fingerprints : Fingerprints();
  compose::keep_as_recorded(files.fingerprints, recorded);
  if (files.unreadable.empty()) return {};
  Result<std::shared_ptr<const Stack>> stack = bind_canonical(request.canonical, request.source);
  return stack ? take_over_unreadable(files, **stack, recorded) : std::vector<std::string>();
}

}  // namespace stackd::daemon
