#include "daemon/deploy/preflight.h"

#include <algorithm>
#include <functional>

#include "daemon/keep/observe.h"
#include "daemon/ledger/records.h"
#include "decide/replace/renewal.h"
#include "runtime/aside.h"

namespace stackd::daemon {
namespace {

constexpr Duration files_patience = std::chrono::seconds(5);

// The release that is to be replaced; nothing of it when there is none, or none that makes sense.
struct Former {
  std::optional<decide::Target> target;
  Fingerprints files;
  decide::Wishes wishes;
};

Result<Former> find_former(store::Store& store, const std::string& stack) {
  Former former;
  Result<std::optional<StackRecord>> record = store.stack(stack);
  if (!record) return record.error();
  if (!*record) return former;
  for (const auto& [service, stop] : (*record)->stopped_services) {
    if (stop == ServiceStop::person) former.wishes.stopped.emplace(service, stop);
  }
  const std::int64_t current = (*record)->current_release;
  if (current == 0) return former;
  Result<std::optional<Release>> release = store.release(stack, current);
  Result<decide::Target> target = load_target(store, stack, current);
  if (!target || !release || !*release) return former;
  former.target = std::move(*target);
  former.files = (*release)->fingerprints;
  return former;
}

runtime::Task<Result<void>> find_missing(Edges edges, std::shared_ptr<const Stack> stack,
                                         Surroundings& around) {
  for (const auto& [key, network] : stack->networks) {
    if (!network.external) continue;
    Result<ObservedNetwork> there = co_await edges.engine.inspect_network(network.name);
    if (!there && there.error().kind != ErrorKind::not_found) co_return there.error();
    if (!there) around.missing_networks.insert(network.name);
  }
  for (const auto& [key, volume] : stack->volumes) {
    if (!volume.external) continue;
    Result<ObservedVolume> there = co_await edges.engine.inspect_volume(volume.name);
    if (!there && there.error().kind != ErrorKind::not_found) co_return there.error();
    if (!there) around.missing_volumes.insert(volume.name);
  }
  co_return Result<void>();
}

// Also one that the current release has, or had.
bool is_service_of(const std::optional<decide::Target>& former, const Stack& stack, const std::string& name) {
  if (stack.services.count(name) > 0) return true;
  return former &&
         (former->desired.stack->services.count(name) > 0 || former->learnt.former_services.count(name) > 0);
}

bool is_own(const std::optional<decide::Target>& former, const Stack& stack, const Observed& observed,
            const std::string& id) {
  const auto container = observed.containers.find(id);
  return container != observed.containers.end() && !container->second.oneoff &&
         is_service_of(former, stack, container->second.service);
}

// Who else has the names of containers. What was made since the stack was looked at is its own all the same.
void note_names(const std::vector<engine::ContainerSummary>& containers, const Former& former,
                const Stack& stack, const Observed& observed, Surroundings& around) {
  for (const engine::ContainerSummary& container : containers) {
    const auto seen = observed.containers.find(container.id);
    const bool oneoff = seen != observed.containers.end() && seen->second.oneoff;
    const bool own =
        container.project == stack.name && !oneoff && is_service_of(former.target, stack, container.service);
    if (!own) around.taken_names[container.name] = container.project;
  }
}

// Who else is on the networks that are to be made anew.
runtime::Task<Result<void>> find_strangers(Edges edges, const std::optional<decide::Target>& former,
                                           std::shared_ptr<const Stack> stack, const Observed& observed,
                                           Surroundings& around) {
  for (const auto& [key, network] : stack->networks) {
    if (!decide::is_redefined(&former->desired, network)) continue;
    Result<ObservedNetwork> there = co_await edges.engine.inspect_network(network.name);
    if (!there && there.error().kind == ErrorKind::not_found) continue;
    if (!there) co_return there.error();
    for (const auto& [id, member] : there->containers) {
      if (!is_own(former, *stack, observed, id)) around.strangers[network.name].insert(member.name);
    }
  }
  co_return Result<void>();
}

std::set<std::string> mounted_paths(const Stack& stack) {
  std::set<std::string> paths;
  for (const auto& [name, service] : stack.services) {
    for (const Mount& mount : service.mounts) {
      if (mount.type == MountType::bind) paths.insert(mount.source);
    }
  }
  for (const auto* definitions : {&stack.secrets, &stack.configs}) {
    for (const auto& [key, definition] : *definitions) {
      if (!definition.file.empty()) paths.insert(definition.file);
    }
  }
  return paths;
}

// A container of the stack's own that is in the host's network has its sockets there: whose they are can't be
// told apart.
bool is_in_host_network(const Observed& observed) {
  return std::any_of(observed.containers.begin(), observed.containers.end(), [](const auto& entry) {
    return decide::runs(entry.second) && entry.second.network_mode == "host";
  });
}

using PathKinds = std::map<std::string, PathKind>;

// It may outlive whoever asks: it has everything by value.
std::function<PathKinds()> looking_at(std::set<std::string> paths) {
  return [paths = std::move(paths)] {
    PathKinds found;
    for (const std::string& path : paths) {
      if (const auto kind = Host::kind(path)) found[path] = *kind;
    }
    return found;
  };
}

/// What is mounted, as far as it answers.
runtime::Task<std::optional<PathKinds>> look_at_paths(Edges edges, std::shared_ptr<const Stack> stack) {
  std::function<PathKinds()> work = looking_at(mounted_paths(*stack));
  co_return co_await runtime::run_aside<PathKinds>(edges.aside, std::move(work),
                                                   edges.clock.now() + files_patience);
}

void look_at_host(const Edges& edges, const PreflightRequest& request, const std::string& engine_folder,
                  const Observed& observed, Surroundings& around) {
  const Host& host = *edges.host;
  around.state_space = host.state_space();
  if (!host.shares_files(engine_folder)) return;
  around.engine_space = host.space(engine_folder);
  around.memory_bytes = host.available_memory();
  for (const auto& [id, container] : observed.containers) {
    if (const auto used = host.memory_in_use(container.pid)) around.in_use[id] = *used;
  }
  const std::string key = KeptFiles::key_of(request.copied_from);
  for (const std::string& path : mounted_paths(*request.stack)) {
    const bool kept = request.copied_from != 0 && edges.kept != nullptr &&
                      !edges.kept->path_of(request.stack_name, key, path).empty();
    if (kept) around.kept_copies.insert(path);
  }
  if (is_in_host_network(observed)) return;
  for (TakenPort& port : host.listening()) around.taken_ports.push_back(std::move(port));
}

}  // namespace

runtime::Task<Result<decide::Preflight>> look_ahead(Edges edges, PreflightRequest request) {
  Result<Former> former = find_former(edges.store, request.stack_name);
  if (!former) co_return former.error();
  Result<Observed> observed = co_await observe(edges.engine, request.stack);
  if (!observed) co_return observed.error();
  Result<engine::EngineHoldings> held = co_await edges.engine.holdings();
  if (!held) co_return held.error();
  Surroundings around;
  around.taken_ports = held->ports;
  note_names(held->containers, *former, *request.stack, *observed, around);
  Result<void> external = co_await find_missing(edges, request.stack, around);
  if (!external) co_return external.error();
  if (former->target) {
    Result<void> found = co_await find_strangers(edges, former->target, request.stack, *observed, around);
    if (!found) co_return found.error();
  }
  std::optional<PathKinds> paths(std::in_place);
  if (edges.host != nullptr) {
    look_at_host(edges, request, held->folder, *observed, around);
    if (edges.host->shares_files(held->folder)) paths = co_await look_at_paths(edges, request.stack);
  }
  const bool answer = paths.has_value();
  if (paths) around.paths = *std::move(paths);
  const decide::Desired* before = former->target ? &former->target->desired : nullptr;
  decide::Target target;
  target.desired.stack = request.stack;
  target.desired.images = request.images;
  target.desired.copied_from = request.copied_from;
  target.desired.files = target.learnt.host_files = files_by_service(request.fingerprints);
  if (before != nullptr && request.copied_from != 0)  // its rollback_config says how
    target.rollout = decide::Replacing{std::make_shared<const decide::Desired>(*before)};
  const decide::Memory memory;
  const std::set<std::string> busy;
  const decide::State next{target, former->wishes, *observed, memory, busy, edges.clock.now()};
  decide::Preflight found = decide::preflight(next, before, former->files, around);
  if (!answer)
    found.warnings.emplace_back(
        "the files that the stack mounts don't answer: nobody knows whether they are there");
  co_return found;
}

}  // namespace stackd::daemon
