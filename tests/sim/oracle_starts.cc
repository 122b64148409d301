// What must hold whenever a container is made or started.
#include <algorithm>

#include "sim/oracle.h"
#include "sim/oracle_words.h"

namespace stackd::sim {
namespace {

using namespace std::chrono_literals;

/// How long an event may be.
constexpr Duration event_underway = 10ms;

}  // namespace

void Oracle::check_one_at_a_time(const Happening& happening, const ServiceDraft& draft) {
  const HostContainer& started = *happening.container;
  for (const HostContainer* other : containers_of(draft.name)) {
    if (other == &started || !other->alive || other->seen.number != started.seen.number) continue;
    // By another hand, meanwhile: its event was still on its way when the order was given.
    if (other->process_since + event_underway >= happening.order.asked) continue;
    const bool unknown =
        unrecorded_.count(other->seen.id) != 0 || begun_by_others_.count(other->seen.id) != 0;
    const bool differs = unknown ||  // for all that stackd can know
                         generation_of(*other) != generation_of(started) ||
                         (has_files(draft) && made_for(*other) != made_for(started)) ||
                         other->has_read != started.has_read || other->folders != started.folders;
    if (may_overlap(draft) && differs) {
      ++marks_["a successor started beside its predecessor"];
      continue;
    }
    break_promise(describe(started) + " was started while " + describe(*other) + " runs in its place");
  }
}

// Two of it may run side by side while one replaces the other.
bool Oracle::may_overlap(const ServiceDraft& draft) const {
  const bool reached =
      std::any_of(stack().services.begin(), stack().services.end(), [&](const ServiceDraft& other) {
        return other.name != draft.name && other.depends_on.count(draft.name) != 0;
      });
  const bool shared = std::any_of(stack().services.begin(), stack().services.end(),
                                  [&](const ServiceDraft& other) { return other.network_of == draft.name; });
  return reached && !shared && draft.has_check && !draft.singleton && draft.volumes.empty() &&
         draft.ports.empty() && draft.network_of.empty();
}

/// One that waits to be started is enough.
void Oracle::check_made(const HostContainer& made, const ServiceDraft& draft) {
  if (!calm(20s) || touches_disturbed(draft) || redefines_network()) return;
  if (!draft.network_of.empty() || has_files(draft)) return;  // what it was made with may have changed
  for (const HostContainer* other : containers_of(draft.name)) {
    const bool same =
        other->seen.number == made.seen.number && other->seen.labels.at(std::string(label::release)) ==
                                                      made.seen.labels.at(std::string(label::release));
    if (other != &made && same && other->seen.state == ContainerState::created)
      break_promise(describe(made) + " was made beside " + describe(*other) +
                    ", which nobody has started yet");
  }
}

bool Oracle::is_being_stopped(const std::string& service, Time asked) const {
  const Place& place = places_.at(service);
  // One that the engine or stackd did not outlive is perhaps none.
  if (!place.our_stop || !calm(clock_.now() - *place.our_stop)) return false;
  return *place.our_stop < asked && (!place.in_use || *place.in_use <= *place.our_stop);
}

bool Oracle::runs(const std::string& service, Time asked) const {
  const Place& place = places_.at(service);
  return place.running && asked - *place.running <= picture_age() && !is_being_stopped(service, asked);
}

// What became ready stays so until its health check says otherwise, which takes its time.
bool Oracle::is_ready(const std::string& service, Time asked) const {
  const Place& place = places_.at(service);
  if (is_being_stopped(service, asked)) return false;
  // How it was before our stop, or before a stop that the engine or stackd did not outlive, is not known.
  if (place.our_stop && (*place.our_stop > asked || !calm(clock_.now() - *place.our_stop))) return true;
  const bool since = !place.our_stop || (place.ready && *place.ready > *place.our_stop);
  if (place.ready && since && asked - *place.ready <= picture_age()) return true;
  const auto there = containers_of(service);
  return std::any_of(there.begin(), there.end(), [&](const auto* other) {
    const auto worked = worked_in_run_.find(other->seen.id);
    return other->alive && worked != worked_in_run_.end() && worked->second == other->run;
  });
}

void Oracle::check_dependencies(const Happening& happening, const ServiceDraft& draft) {
  check_waits(happening, draft, false);
  if (!draft.network_of.empty() && !host_.has_network(*happening.container))
    break_promise(describe(*happening.container) + " was started without the network of " + draft.network_of);
}

void Oracle::check_waits(const Happening& happening, const ServiceDraft& draft, bool through_job) {
  const HostContainer& container = *happening.container;
  const Time asked = happening.order.asked;
  const std::string release = made_for(container);
  for (const auto& [name, dependency] : draft.depends_on) {
    const Place& place = places_.at(name);
    const bool done = stack().is_job(name) && (!place.released.empty() || place.done_before);
    bool holds = false;
    std::string condition;
    switch (dependency.condition) {
      case DependencyCondition::started:
        condition = "runs";
        holds = runs(name, asked) || done;
        break;
      case DependencyCondition::healthy:
        condition = "is ready";
        holds = is_ready(name, asked);
        break;
      case DependencyCondition::completed:
        condition = "has succeeded for release " + release;
        holds = place.released.count(release) != 0 || place.done_before || place.counts_as_done ||
                (done && release.empty()) || asked < place.forgotten_at ||
                (!place.released.empty() && asked_lately(name, 10min));
        break;
    }
    if (!holds) {
      break_promise(describe(container) + " was started though it is not so that " + name + " " + condition +
                    (through_job ? ", for which the finished job " + draft.name + " stands" : ""));
    }
    if (dependency.condition != DependencyCondition::completed || stack().find(name) == nullptr) continue;
    if (container.run > 1) ++marks_["a finished job stood for what it waits for"];
    check_waits(happening, *stack().find(name), true);
  }
}

void Oracle::check_wanted(const Happening& happening, const ServiceDraft& draft) {
  const Place& place = places_[draft.name];
  const bool stopped = expectation_.service(draft.name) == Wanted::down;
  const bool asked_before_it_counted = asked_to_start(draft.name, reaction) || !calm(reaction) ||
                                       happening.order.asked - place.disturbed <= reaction;
  if (stopped && !asked_before_it_counted) {
    break_promise(describe(*happening.container) + " was started though it is to be stopped");
    return;
  }
  const bool never_again = draft.restart.empty() || policy_word(draft) == "no";
  const bool by_itself =
      place.ended_by == Hand::process && !place.ended_blind && happening.container->run > 1;
  if (!never_again || !by_itself || stack().is_job(draft.name)) return;
  const bool was_under_way = happening.order.asked <= place.ended_at;
  if (asked_lately(draft.name, in_flight) || was_under_way || !calm(resync)) return;
  if (!draft.network_of.empty()) return;
  break_promise(describe(*happening.container) +
                " was started again after an end of its own though its restart policy is no");
}

}  // namespace stackd::sim
