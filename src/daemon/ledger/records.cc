#include "daemon/ledger/records.h"

#include <algorithm>
#include <list>
#include <tuple>

#include "base/hash.h"
#include "base/text.h"
#include "compose/bind/bind.h"
#include "compose/read/node_json.h"
#include "decide/replace/gate.h"

namespace stackd::daemon {
namespace {

StackSource source_of(const ReleaseSource& source) {
  return {source.working_dir, source.config_files, source.environment_files, source.profiles,
          source.outside_profiles};
}

bool is_same(const StackSource& one, const StackSource& other) {
  const auto parts = [](const StackSource& source) {
    return std::tie(source.working_dir, source.config_files, source.environment_files, source.profiles,
                    source.outside_profiles);
  };
  return parts(one) == parts(other);
}

}  // namespace

Result<std::shared_ptr<const Stack>> bind_anew(const std::string& canonical, const ReleaseSource& source) {
  Result<compose::Node> model = compose::node_from_json(canonical);
  if (!model) return model.error().while_doing("canonical configuration");
  compose::BindResult bound = compose::bind(*model, source_of(source));
  if (!bound.ok()) return Error{ErrorKind::invalid, compose::to_text(bound.errors)};
  return std::make_shared<const Stack>(std::move(*bound.stack));
}

namespace {

/// What was bound last, the latest in front. The same text gives the same stack, and one deploy asks for it
/// about ten times, a stack that is loaded for that of each of its releases.
class LatelyBound {
 public:
  std::shared_ptr<const Stack> find(const std::string& canonical, const StackSource& source) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return entry.canonical == canonical && is_same(entry.stack->source, source);
    });
    if (found == entries_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found);
    return found->stack;
  }

  void note(const std::string& canonical, std::shared_ptr<const Stack> stack) {
    entries_.push_front({canonical, std::move(stack)});
    if (entries_.size() > entries_max) entries_.pop_back();
  }

 private:
  static constexpr std::size_t entries_max = 64;
  struct Entry {
    std::string canonical;
    std::shared_ptr<const Stack> stack;
  };
  std::list<Entry> entries_;
};

}  // namespace

Result<std::shared_ptr<const Stack>> bind_canonical(const std::string& canonical,
                                                    const ReleaseSource& source) {
  static LatelyBound lately;
  if (std::shared_ptr<const Stack> stack = lately.find(canonical, source_of(source))) return stack;
  Result<std::shared_ptr<const Stack>> bound = bind_anew(canonical, source);
  if (bound) lately.note(canonical, *bound);
  return bound;
}

std::map<std::string, std::string> files_by_service(const Fingerprints& fingerprints) {
  std::map<std::string, std::string> found;
  for (const auto& [service, by_path] : fingerprints) {
    std::string text;
    for (const auto& [path, hash] : by_path) {
      if (starts_with(path, "/")) text += path + " " + hash + "\n";
    }
    if (!text.empty()) found[service] = sha256_hex(text);
  }
  return found;
}

namespace {

bool names_file(const std::vector<FileReference>& references,
                const std::map<std::string, FileDefinition>& definitions, const std::string& path) {
  return std::any_of(references.begin(), references.end(), [&](const FileReference& reference) {
    const auto definition = definitions.find(reference.source);
    return definition != definitions.end() && definition->second.file == path;
  });
}

}  // namespace

bool is_inside(const std::string& path, const std::string& folder) {
  return starts_with(path, folder.back() == '/' ? folder : folder + "/");
}

bool is_mounted_alone(const Stack& stack, const Service& service, const std::string& path) {
  const bool bound = std::any_of(service.mounts.begin(), service.mounts.end(), [&](const Mount& mount) {
    return mount.type == MountType::bind && mount.source == path;
  });
  return bound || names_file(service.secrets, stack.secrets, path) ||
         names_file(service.configs, stack.configs, path);
}

namespace {

decide::MountedParts parts_of(const Stack& stack, const Service& service,
                              const std::map<std::string, std::string>& by_path) {
  decide::MountedParts parts;
  std::string alone;
  for (const auto& [path, hash] : by_path) {
    if (!starts_with(path, "/")) continue;
    const std::string line = path + " " + hash + "\n";
    if (is_mounted_alone(stack, service, path)) {
      alone += line;
      parts.by_source[path] = hash;
    }
    for (const Mount& mount : service.mounts) {
      if (mount.type == MountType::bind && !mount.source.empty() && is_inside(path, mount.source))
        parts.by_source[mount.source] += line;
    }
  }
  parts.alone = sha256_hex(alone);
  return parts;
}

}  // namespace

std::map<std::string, decide::MountedParts> file_parts(const Stack& stack, const Fingerprints& fingerprints) {
  std::map<std::string, decide::MountedParts> found;
  for (const auto& [name, by_path] : fingerprints) {
    const auto service = stack.services.find(name);
    if (service != stack.services.end()) found[name] = parts_of(stack, service->second, by_path);
  }
  return found;
}

namespace {

std::optional<Duration> timeout_of_job(const Stack& stack, const std::string& job) {
  for (const auto& [name, service] : stack.services) {
    if (name == job) return service.extension.timeout;
    const auto& before = service.extension.pre_deploy;
    if (before && decide::pre_deploy_job(name) == job) return before->timeout;
  }
  return std::nullopt;
}

// Those whose end is not on record.
Result<void> note_former_jobs(store::Store& store, const Release& other, const Stack& stack,
                              decide::Target& target) {
  Result<std::vector<JobRun>> runs = store.job_runs(target.desired.stack->name, other.number);
  if (!runs) return runs.error();
  for (const JobRun& run : *runs) {
    const bool may_run = run.state == JobState::running || run.state == JobState::intended;
    if (other.number != target.desired.release && may_run && !run.container_id.empty())
      target.learnt.former_jobs[run.container_id] = {other.number, timeout_of_job(stack, run.service)};
  }
  return {};
}

// What other releases made, that this one does not know.
Result<void> note_former(store::Store& store, decide::Target& target) {
  Result<std::vector<Release>> others = store.releases(target.desired.stack->name, false);
  if (!others) return others.error();
  for (const Release& other : *others) {
    for (const auto& [service, image] : other.images) {
      if (target.desired.stack->services.count(service) == 0) target.learnt.former_services.insert(service);
    }
    Result<std::shared_ptr<const Stack>> bound = bind_canonical(other.canonical, other.source);
    if (!bound) continue;
    for (const std::string& job : decide::pre_deploy_jobs(**bound)) {
      if (target.desired.stack->services.count(job) == 0) target.learnt.former_services.insert(job);
    }
    for (const auto& [key, network] : (*bound)->networks) {
      if (!network.external) target.learnt.former_networks.insert(network.name);
    }
    Result<void> noted = note_former_jobs(store, other, **bound, target);
    if (!noted) return noted;
  }
  for (const auto& [key, network] : target.desired.stack->networks)
    target.learnt.former_networks.erase(network.name);
  return {};
}

}  // namespace

Result<BoundRelease> load_bound(store::Store& store, const std::string& stack, std::int64_t number) {
  Result<std::optional<Release>> release = store.release(stack, number);
  if (!release) return release.error();
  const std::string what = "release " + std::to_string(number) + " of " + stack;
  if (!*release) return Error{ErrorKind::internal, what + " is not in the store"};
  Result<std::shared_ptr<const Stack>> bound = bind_canonical((*release)->canonical, (*release)->source);
  if (!bound) return Error{ErrorKind::internal, what + ": " + bound.error().message};
  return BoundRelease{**std::move(release), *std::move(bound)};
}

Result<decide::Target> load_target(store::Store& store, const std::string& stack, std::int64_t number) {
  Result<BoundRelease> bound = load_bound(store, stack, number);
  if (!bound) return bound.error();
  const Release& release = bound->release;
  decide::Target target;
  target.desired.stack = bound->stack;
  target.desired.release = number;
  target.desired.copied_from = release.copied_from;
  target.desired.images = release.images;
  target.desired.fingerprints = std::make_shared<const Fingerprints>(release.fingerprints);
  target.desired.files = files_by_service(release.fingerprints);
  target.desired.file_parts = file_parts(*bound->stack, release.fingerprints);
  target.learnt.as_found = as_found(release);
  Result<std::map<std::string, std::string>> host = store.ledgers().host_files(stack);
  if (!host) return host.error();
  target.learnt.host_files = *std::move(host);
  Result<std::vector<JobRun>> runs = store.job_runs(stack, number);
  if (!runs) return runs.error();
  for (JobRun& run : *runs) target.learnt.jobs[run.service] = std::move(run);
  Result<void> former = note_former(store, target);
  if (!former) return former.error();
  return target;
}

}  // namespace stackd::daemon
