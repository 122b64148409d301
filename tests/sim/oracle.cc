#include "sim/oracle.h"

#include <algorithm>

#include "base/check.h"
#include "model/identity.h"
#include "sim/oracle_words.h"

namespace stackd::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t orders_a_minute_max = 150;
constexpr std::size_t starts_a_minute_max = 12;
/// How long stackd may act on a picture that no event corrected: until it looks again of its own accord.
constexpr Duration resync = 190s;
/// How long an order may be under way that was given on an older picture.
constexpr Duration reaction = 3s;
/// How long an event may be.
constexpr Duration event_underway = 10ms;
/// How long stackd takes a stop by other hands for the beginning of the engine's own end.
constexpr Duration engine_end_patience = 18s;
/// The longest that a call or what it waits for may take.
constexpr Duration in_flight = 100s;

std::string release_of(const HostContainer& container) {
  const auto found = container.seen.labels.find(std::string(label::release));
  return found == container.seen.labels.end() ? std::string() : found->second;
}

}  // namespace

Oracle::Oracle(const Scenario& scenario, SimClock& clock, SimHost& host, Marks& marks)
    : scenario_(scenario), clock_(clock), host_(host), marks_(marks), expectation_(stack()) {
  for (const ServiceDraft& draft : stack().services) places_[draft.name];
}

void Oracle::break_promise(const std::string& sentence) {
  if (!broken_) broken_ = sentence;
}

std::vector<const HostContainer*> Oracle::containers_of(const std::string& service) const {
  std::vector<const HostContainer*> found;
  for (const auto& [id, container] : host_.containers()) {
    if (container.seen.project == stack().name && container.seen.service == service)
      found.push_back(&container);
  }
  return found;
}

bool Oracle::calm(Duration span) const {
  return blind_ == 0 && (!blind_until_ || clock_.now() - *blind_until_ > span);
}

Duration Oracle::picture_age() const {
  return calm(resync) ? reaction : resync;
}

bool Oracle::asked_lately(const std::string& service, Duration span) const {
  return std::any_of(asked_.begin(), asked_.end(), [&](const Asked& asked) {
    const auto& named = asked.services;
    const bool about = named.empty() || std::find(named.begin(), named.end(), service) != named.end();
    return about && (!asked.answered || clock_.now() - asked.answered_at <= span);
  });
}

/// By anything but a deploy.
bool Oracle::asked_to_end(const std::string& service, Duration span) const {
  return std::any_of(asked_.begin(), asked_.end(), [&](const Asked& asked) {
    const auto& named = asked.services;
    const bool about = named.empty() || std::find(named.begin(), named.end(), service) != named.end();
    const bool lately = !asked.answered || clock_.now() - asked.answered_at <= span;
    const bool replaces = asked.kind == RequestKind::deploy || asked.kind == RequestKind::rollback;
    return !replaces && about && lately;
  });
}

/// Notes who works and who runs at this moment; called at every call and happening.
void Oracle::look_around() {
  for (const auto& [id, container] : host_.containers()) {
    if (!container.alive || container.seen.project != stack().name) continue;
    const auto place = places_.find(container.seen.service);
    if (place == places_.end()) continue;
    place->second.running = clock_.now();
    if (!host_.works(container)) continue;
    worked_in_run_[id] = container.run;
    place->second.ready = clock_.now();
  }
}

void Oracle::begin_blind() {
  ++blind_;
  for (const auto& [service, when] : stopped_outside_) {
    if (clock_.now() - when <= engine_end_patience) expectation_.doubt_stop(service);
  }
}

void Oracle::end_blind() {
  STACKD_CHECK(blind_ > 0);
  --blind_;
  blind_until_ = clock_.now();
}

void Oracle::called(const std::string& text, bool order) {
  look_around();
  const bool probe = text.rfind("exec", 0) == 0 || text.rfind("run exec", 0) == 0;
  if (!order || probe) return;
  if (settled_ && first_order_since_settled_.empty()) first_order_since_settled_ = text;
  orders_.push_back(clock_.now());
  while (clock_.now() - orders_.front() > 60s) orders_.pop_front();
  if (orders_.size() > orders_a_minute_max) {
    break_promise("more than " + std::to_string(orders_a_minute_max) +
                  " orders to the engine in a minute, the last one: " + text);
  }
}

void Oracle::said(const std::string& text) {
  if (calm(20s) && text.find("outside stackd: it was made anew") != std::string::npos)
    break_promise("stackd takes its own work for that of others: " + text);
}

void Oracle::request_sent(const Request& request) {
  Asked asked;
  asked.at = clock_.now();
  asked.services = request.services;
  asked.kind = request.kind;
  asked_.push_back(asked);
  expectation_.sent(request);
}

/// What it had learnt, and with what it had made its containers.
void Oracle::forgot() {
  expectation_.doubt_all();
  for (const auto& [id, container] : host_.containers()) unrecorded_.insert(id);
}

void Oracle::request_answered(const Request& request, bool accepted) {
  asked_.back().answered = true;
  asked_.back().answered_at = clock_.now();
  // The failures of before are not held against a new release.
  if (accepted && request.kind == RequestKind::deploy) {
    for (auto& [service, place] : places_) place.starts.clear();
  }
  expectation_.answered(request, accepted);
}

void Oracle::other_hand(const Incident& incident, bool deploying) {
  const ServiceDraft* draft = stack().find(incident.service);
  if (draft == nullptr) return;
  Place& place = places_[incident.service];
  bool seen = calm(20s) && clock_.now() - place.disturbed > 20s && draft->scale == 1 &&
              !asked_lately(incident.service, 20s) && !touches_disturbed(*draft) && place.ready;
  if (started_before_jump(incident.service) || deploying) seen = false;
  // What does not work is perhaps on its way to be restarted by stackd: then the two hands are not told
  // apart.
  for (const HostContainer* container : containers_of(incident.service)) {
    if (container->alive && !host_.works(*container)) seen = false;
  }
  if (seen) ++marks_["a person's hand that stackd must have seen"];
  expectation_.other_hand(incident.kind, incident.service, seen);
  const bool stops =
      incident.kind == IncidentKind::person_stops || incident.kind == IncidentKind::person_kills;
  if (stops) stopped_outside_[incident.service] = clock_.now();
  place.disturbed = clock_.now();
}

/// Its events are older than its start by the calendar: they pass for those of an earlier run.
bool Oracle::started_before_jump(const std::string& service) const {
  const auto there = containers_of(service);
  return std::any_of(there.begin(), there.end(), [this](const auto* one) {
    return wall_went_back_ && one->process_since <= *wall_went_back_;
  });
}

bool Oracle::touches_disturbed(const ServiceDraft& draft) const {
  const auto disturbed = [this](const std::string& name) {
    const auto place = places_.find(name);
    return place != places_.end() && clock_.now() - place->second.disturbed <= 20s;
  };
  if (!draft.network_of.empty() && disturbed(draft.network_of)) return true;
  return std::any_of(draft.depends_on.begin(), draft.depends_on.end(),
                     [&](const auto& entry) { return disturbed(entry.first); });
}

/// By any of the releases.
bool Oracle::is_ordered(const std::string& service) const {
  const auto& all = scenario_.generations;
  return std::any_of(all.begin(), all.end(),
                     [&](const StackDraft& draft) { return draft.find(service) != nullptr; });
}

/// Its network is made anew by what was deployed last, or on the way back from it: all that is on it stops.
bool Oracle::redefines_network() const {
  const auto& all = scenario_.generations;
  const std::string& now = all.at(expectation_.generation()).network;
  return std::any_of(all.begin(), all.end(), [&](const StackDraft& draft) { return draft.network != now; });
}

void Oracle::happened(const Happening& happening) {
  look_around();
  if (happening.order.hand == Hand::stackd) check_foreign(happening);
  if (happening.container == nullptr || happening.container->seen.project != stack().name) return;
  if (happening.order.hand == Hand::stackd) check_job_stop(happening);
  const ServiceDraft* draft = stack().find(happening.container->seen.service);
  if (draft == nullptr) return;
  const bool by_stackd = happening.order.hand == Hand::stackd;
  switch (happening.kind) {
    case HappeningKind::started:
      container_started(happening, *draft);
      break;
    case HappeningKind::died:
      container_ended(happening, *draft);
      break;
    case HappeningKind::stop_asked:
    case HappeningKind::kill_asked:
      if (by_stackd && happening.name == "HUP") {
        ++marks_["a service was reloaded"];
        break;
      }
      if (by_stackd) check_stop(happening, *draft);
      break;
    case HappeningKind::removed:
      container_removed(happening);
      break;
    case HappeningKind::created:
      if (by_stackd) check_made(*happening.container, *draft);
      break;
    case HappeningKind::renamed:
    case HappeningKind::policy_changed:
    case HappeningKind::paused:
    case HappeningKind::unpaused:
    case HappeningKind::health_changed:
    case HappeningKind::network_created:
    case HappeningKind::network_removed:
    case HappeningKind::network_joined:
    case HappeningKind::network_left:
    case HappeningKind::volume_created:
    case HappeningKind::volume_removed:
    case HappeningKind::image_changed:
    case HappeningKind::probed:
    case HappeningKind::engine_went:
    case HappeningKind::engine_came:
      break;
  }
}

void Oracle::check_foreign(const Happening& happening) {
  const bool foreign = happening.container != nullptr && (happening.container->seen.project != stack().name ||
                                                          !is_ordered(happening.container->seen.service));
  if (foreign)
    break_promise("the foreign container " + describe(*happening.container) + " was " +
                  std::string(to_string(happening.kind)));
  if (happening.kind == HappeningKind::volume_removed)
    break_promise("the volume " + happening.name + " was removed without an order");
  if (happening.kind == HappeningKind::network_removed && happening.name.rfind(stack().name + "_", 0) != 0)
    break_promise("the foreign network " + happening.name + " was removed");
}

// Whatever becomes of its release, a run goes on to its end.
void Oracle::check_job_stop(const Happening& happening) {
  const std::string& service = happening.container->seen.service;
  const bool stops =
      happening.kind == HappeningKind::stop_asked || happening.kind == HappeningKind::kill_asked;
  if (!stops || !is_job(scenario_, service) || !happening.container->alive) return;
  const bool ordered = std::any_of(asked_.begin(), asked_.end(), [&](const Asked& asked) {
    const auto& named = asked.services;
    const bool about = named.empty() || std::find(named.begin(), named.end(), service) != named.end();
    return about && (asked.kind == RequestKind::stop || asked.kind == RequestKind::down ||
                     asked.kind == RequestKind::restart);
  });
  if (!ordered) break_promise("the job " + describe(*happening.container) + " was stopped before its end");
}

void Oracle::container_started(const Happening& happening, const ServiceDraft& draft) {
  Place& place = places_[draft.name];
  if (happening.order.hand == Hand::engine) ++marks_["the engine started a container by itself"];
  if (happening.order.hand == Hand::stackd) {
    check_one_at_a_time(happening, draft);
    check_dependencies(happening, draft);
    check_wanted(happening, draft);
    if (stack().is_job(draft.name)) check_job_start(happening);
    place.starts.push_back(clock_.now());
    while (clock_.now() - place.starts.front() > 60s) place.starts.pop_front();
    const auto scale = static_cast<std::size_t>(draft.scale);
    if (place.starts.size() > starts_a_minute_max * scale)
      break_promise(draft.name + " was started more than " + std::to_string(starts_a_minute_max * scale) +
                    " times in a minute");
  }
  place.disturbed = clock_.now();
}

void Oracle::check_one_at_a_time(const Happening& happening, const ServiceDraft& draft) {
  const HostContainer& started = *happening.container;
  for (const HostContainer* other : containers_of(draft.name)) {
    if (other == &started || !other->alive || other->seen.number != started.seen.number) continue;
    // By another hand, meanwhile: its event was still on its way when the order was given.
    if (other->process_since + event_underway >= happening.order.asked) continue;
    const bool differs = generation_of(*other) != generation_of(started) ||
                         (!draft.folder.empty() && release_of(*other) != release_of(started)) ||
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
  if (!draft.network_of.empty() || !draft.folder.empty()) return;  // what it was made with may have changed
  for (const HostContainer* other : containers_of(draft.name)) {
    const bool same =
        other->seen.number == made.seen.number && other->seen.labels.at(std::string(label::release)) ==
                                                      made.seen.labels.at(std::string(label::release));
    if (other != &made && same && other->seen.state == ContainerState::created)
      break_promise(describe(made) + " was made beside " + describe(*other) +
                    ", which nobody has started yet");
  }
}

void Oracle::check_job_start(const Happening& happening) {
  const HostContainer& started = *happening.container;
  const Place& place = places_[started.seen.service];
  // An order of a stackd that was killed, which comes into effect only now: nobody can take it back.
  if (happening.order.asked < place.succeeded_at) return;
  ++marks_["a job ran"];
  if (place.success_hidden) return;
  if (place.succeeded.count(started.seen.id) != 0) {
    break_promise("the job " + describe(started) + " was started again after it had succeeded");
  } else if (place.released.count(release_of(started)) != 0) {
    break_promise("the job " + describe(started) + " runs for release " + release_of(started) +
                  ", for which it has succeeded already");
  }
}

void Oracle::check_dependencies(const Happening& happening, const ServiceDraft& draft) {
  const HostContainer& container = *happening.container;
  for (const auto& [name, dependency] : draft.depends_on) {
    const Place& place = places_[name];
    const auto lately = [&](const std::optional<Time>& when) {
      return when && happening.order.asked - *when <= picture_age();
    };
    bool holds = false;
    std::string condition;
    switch (dependency.condition) {
      case DependencyCondition::started:
        condition = "runs";
        holds = lately(place.running) || (stack().is_job(name) && !place.released.empty());
        break;
      case DependencyCondition::healthy: {
        condition = "is ready";
        const auto there = containers_of(name);
        // What became ready stays so until its health check says otherwise, which takes its time.
        holds = lately(place.ready) || std::any_of(there.begin(), there.end(), [&](const auto* other) {
                  const auto worked = worked_in_run_.find(other->seen.id);
                  return other->alive && worked != worked_in_run_.end() && worked->second == other->run;
                });
        break;
      }
      case DependencyCondition::completed:
        condition = "has succeeded for release " + release_of(container);
        holds = place.released.count(release_of(container)) != 0 ||
                (!place.released.empty() && asked_lately(name, 10min));
        break;
    }
    if (!holds) {
      break_promise(describe(container) + " was started though it is not so that " + name + " " + condition);
    }
  }
  if (!draft.network_of.empty() && !host_.has_network(container))
    break_promise(describe(container) + " was started without the network of " + draft.network_of);
}

void Oracle::check_wanted(const Happening& happening, const ServiceDraft& draft) {
  const Place& place = places_[draft.name];
  const bool stopped = expectation_.service(draft.name) == Wanted::down;
  const bool asked_before_it_counted = asked_lately(draft.name, reaction) || !calm(reaction) ||
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

void Oracle::container_ended(const Happening& happening, const ServiceDraft& draft) {
  const HostContainer& container = *happening.container;
  Place& place = places_[draft.name];
  place.ended_by = happening.order.hand;
  place.ended_at = clock_.now();
  place.ended_blind = !calm(5s);
  place.ended_with = container.ended_with;
  place.disturbed = clock_.now();
  if (happening.order.hand == Hand::process) ++marks_["a process ended by itself"];
  // The order of a person that was under way when another asked for the service.
  const auto stop = stopped_outside_.find(draft.name);
  if (happening.order.hand == Hand::person && stop != stopped_outside_.end() &&
      asked_lately(draft.name, clock_.now() - stop->second))
    expectation_.doubt_start(draft.name);
  if (!stack().is_job(draft.name)) return;
  if (container.ended_with != 0) {
    ++marks_["a job failed"];
    return;
  }
  ++marks_["a job succeeded"];
  if (!host_.engine_up() && !host_.real_exit_codes) return;  // nobody will ever know
  place.succeeded.insert(container.seen.id);
  place.released.insert(release_of(container));
  place.succeeded_at = clock_.now();
}

void Oracle::container_removed(const Happening& happening) {
  const HostContainer& container = *happening.container;
  Place& place = places_[container.seen.service];
  place.disturbed = clock_.now();
  if (place.succeeded.count(container.seen.id) == 0) return;
  ++marks_["the container of a finished job was removed"];
  const bool known = blind_ == 0 && (!blind_until_ || *blind_until_ < container.process_until) &&
                     clock_.now() - container.process_until > 2s;
  if (!known) place.success_hidden = true;
}

// What works and is of an older release is left alone until the jobs of the newer one have succeeded.
void Oracle::check_gate(const HostContainer& container, const ServiceDraft& draft) {
  const ServiceDraft* now = scenario_.generations.at(expectation_.generation()).find(draft.name);
  const bool outdated =
      now != nullptr && now->generation != generation_of(container) && expectation_.is_generation_certain();
  const Duration span = picture_age() + in_flight;
  if (!outdated || !host_.works(container) || !calm(span) || asked_to_end(draft.name, span)) return;
  if (expectation_.stack() != Wanted::up || !draft.network_of.empty()) return;
  const bool renewed = std::any_of(draft.depends_on.begin(), draft.depends_on.end(),
                                   [](const auto& entry) { return entry.second.restart; });
  if (renewed) return;
  std::string newest;
  for (const auto& [id, other] : host_.containers()) {
    if (other.seen.project != stack().name) continue;
    const std::string release = release_of(other);
    if (std::make_pair(release.size(), release) > std::make_pair(newest.size(), newest)) newest = release;
  }
  for (const ServiceDraft& job : stack().services) {
    const bool waited_for =
        std::any_of(stack().services.begin(), stack().services.end(),
                    [&](const ServiceDraft& other) { return other.depends_on.count(job.name) != 0; });
    const Place& place = places_[job.name];
    if (!stack().is_job(job.name) || !waited_for || place.success_hidden) continue;
    if (place.released.count(newest) == 0)
      break_promise(describe(container) + " works and was stopped for release " + newest + ", whose job " +
                    job.name + " has not succeeded");
  }
}

// Where the successor may run beside it, a container that works is stopped only after the successor was
// ready.
void Oracle::check_succession(const HostContainer& container, const ServiceDraft& draft) {
  check_gate(container, draft);
  if (!may_overlap(draft) || container.seen.number > draft.scale || redefines_network()) return;
  if (expectation_.stack() != Wanted::up || expectation_.service(draft.name) != Wanted::up) return;
  const ServiceDraft* now = scenario_.generations.at(expectation_.generation()).find(draft.name);
  const bool outdated =
      now != nullptr && now->generation != generation_of(container) && expectation_.is_generation_certain();
  const Duration span = picture_age() + in_flight;
  if (!outdated || !host_.works(container) || !calm(span) || asked_to_end(draft.name, span)) return;
  ++marks_["a predecessor was stopped"];
  const auto there = containers_of(draft.name);
  const bool replaced = std::any_of(there.begin(), there.end(), [&](const HostContainer* other) {
    return other != &container && other->alive && other->seen.number == container.seen.number &&
           worked_in_run_.count(other->seen.id) != 0;
  });
  if (!replaced) break_promise(describe(container) + " works and was stopped before its successor was ready");
}

void Oracle::check_stop(const Happening& happening, const ServiceDraft& draft) {
  const HostContainer& container = *happening.container;
  check_succession(container, draft);
  const Duration span = picture_age() + in_flight;
  if (!host_.works(container) || !host_.has_network(container)) return;
  if (expectation_.stack() != Wanted::up || expectation_.service(draft.name) != Wanted::up) return;
  if (asked_lately(draft.name, span) || !calm(span)) return;
  if (container.seen.health == HealthState::unhealthy) return;
  if (container.seen.number > draft.scale ||
      containers_of(draft.name).size() > static_cast<std::size_t>(draft.scale))
    return;
  const ServiceDraft* now = scenario_.generations.at(expectation_.generation()).find(draft.name);
  if (now == nullptr || now->generation != generation_of(container) || redefines_network()) return;
  if (!expectation_.is_generation_certain()) return;
  const auto renewed = [this, span](const std::string& name) {
    return clock_.now() - places_[name].disturbed <= span;
  };
  if (!draft.network_of.empty() && renewed(draft.network_of)) return;
  for (const auto& [name, dependency] : draft.depends_on) {
    if (dependency.restart && renewed(name)) return;
  }
  break_promise(describe(container) + " works as ordered and was " + std::string(to_string(happening.kind)) +
                " without a cause");
}

}  // namespace stackd::sim
