// Dependents stop before what they wait for, whoever asks; and a restart that was accepted restarts.
#include <algorithm>

#include "sim/oracle.h"
#include "sim/oracle_words.h"

namespace stackd::sim {

/// By name or through a finished job, which stands for what it waited for.
std::set<std::string> Oracle::waiting_for(const std::string& service) const {
  std::set<std::string> found;
  for (const ServiceDraft& draft : stack().services) {
    if (draft.network_of != service && draft.depends_on.count(service) == 0) continue;
    if (!stack().is_job(draft.name)) {
      found.insert(draft.name);
      continue;
    }
    const std::set<std::string> through = waiting_for(draft.name);
    found.insert(through.begin(), through.end());
  }
  return found;
}

const Oracle::Asked* Oracle::end_of_both(const std::string& one, const std::string& other) const {
  if (asked_.empty()) return nullptr;
  const Asked& last = asked_.back();
  const bool ends =
      last.kind == RequestKind::stop || last.kind == RequestKind::down || last.kind == RequestKind::restart;
  const bool refused = last.answered && !last.accepted;
  const bool alone = std::all_of(asked_.begin(), asked_.end() - 1, [&](const Asked& asked) {
    return asked.answered && asked.answered_at < last.at;
  });
  const auto named = [&last](const std::string& service) {
    const auto& all = last.services;
    return all.empty() || std::find(all.begin(), all.end(), service) != all.end();
  };
  return ends && !refused && alone && named(one) && named(other) ? &last : nullptr;
}

void Oracle::check_stop_order(const Happening& happening, const ServiceDraft& draft) {
  if (blind_ > 0 || !happening.container->alive) return;
  if (happening.container->seen.health == HealthState::unhealthy) return;
  for (const std::string& name : waiting_for(draft.name)) {
    const Asked* order = end_of_both(draft.name, name);
    if (order == nullptr || !expectation_.is_kept(name) || happening.order.asked < order->at) continue;
    if (order->kind == RequestKind::restart && rolls && rolls()) continue;
    ++marks_["what others wait for was stopped with them"];
    for (const HostContainer* dependent : containers_of(name)) {
      const bool of_before = dependent->process_since + reaction < order->at;
      if (!dependent->alive || !of_before || missed_.count(dependent->seen.id) != 0) continue;
      break_promise(describe(*happening.container) + " was stopped before " + describe(*dependent) +
                    ", which waits for it");
    }
  }
}

void Oracle::note_stop(const Happening& happening) {
  const HostContainer& container = *happening.container;
  if (!container.alive) return;
  stopping_[container.seen.id] = container.run;
  places_[container.seen.service].our_stop = clock_.now();
}

void Oracle::owe_restart(const Request& request) {
  for (const ServiceDraft& draft : stack().services) {
    const auto& named = request.services;
    const bool about = named.empty() || std::find(named.begin(), named.end(), draft.name) != named.end();
    if (!about || stack().is_job(draft.name)) continue;
    for (const HostContainer* container : containers_of(draft.name)) {
      const bool sure = calm(reaction) && host_.works(*container) && missed_.count(container->seen.id) == 0;
      if (sure && container->seen.state == ContainerState::running)
        owed_[container->seen.id] = container->run;
    }
  }
}

void Oracle::check_restarted(const HostContainer& container) {
  const auto owed = owed_.find(container.seen.id);
  if (owed == owed_.end()) return;
  if (container.alive && owed->second == container.run)
    break_promise(describe(container) + " was to be restarted, and was not");
  ++marks_["a restart was carried out"];
}

}  // namespace stackd::sim
