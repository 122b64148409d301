#include "sim/oracle.h"

#include <algorithm>

#include "sim/oracle_words.h"

namespace stackd::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t starts_a_minute_max = 12;

}  // namespace

Oracle::Oracle(const Story& story, SimClock& clock, SimHost& host, Marks& marks,
               std::optional<std::string>& broken)
    : story_(story), clock_(clock), host_(host), marks_(marks), expectation_(story), broken_(broken) {
  for (const ServiceDraft& draft : stack().services) places_[draft.name];
}

void Oracle::break_promise(const std::string& sentence) {
  if (!broken_) broken_ = sentence;
}

void Oracle::happened(const Happening& happening) {
  look_around();
  if (happening.container == nullptr || happening.container->seen.project != stack().name) return;
  if (happening.order.hand == Hand::stackd) check_let_go(happening);
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
      if (!by_stackd) break;
      check_stop(happening, *draft);
      check_stop_order(happening, *draft);
      note_stop(happening);
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
  const bool by_others = happening.order.hand == Hand::person || happening.order.hand == Hand::engine;
  if (by_others && has_files(draft)) begun_by_others_.insert(happening.container->seen.id);
  place.disturbed = clock_.now();
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
  place.released.insert(made_for(container));
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

void Oracle::request_sent(std::uint64_t number, const Request& request) {
  Asked asked;
  asked.number = number;
  asked.at = clock_.now();
  asked.services = request.services;
  asked.kind = request.kind;
  asked.starts = request.start;
  asked_.push_back(asked);
  expectation_.sent(number, request, rolls && rolls());
}

void Oracle::request_answered(std::uint64_t number, const Request& request, bool accepted) {
  for (Asked& asked : asked_) {
    if (asked.number != number) continue;
    asked.answered = true;
    asked.accepted = accepted;
    asked.answered_at = clock_.now();
  }
  // The failures of before are not held against a new release.
  const bool puts_back = request.kind == RequestKind::rollback;
  if (accepted && (request.kind == RequestKind::deploy || puts_back)) {
    for (auto& [service, place] : places_) {
      place.counts_as_done = puts_back;
      if (!puts_back) place.starts.clear();
    }
  }
  expectation_.answered(number, accepted);
  if (!accepted) return;
  if (!request.start) ++marks_["a deploy that starts nothing"];
  if (request.kind == RequestKind::deploy && !request.services.empty()) ++marks_["a deploy of some services"];
  if (request.kind == RequestKind::deploy && let_go_at_) ++marks_["a stack was kept again"];
  if (request.kind == RequestKind::restart) owe_restart(request);
  if (request.volumes) forget_jobs();
  if (request.kind == RequestKind::adopt) adopted();
  const bool lets_go = request.kind == RequestKind::hand_back || request.kind == RequestKind::forget;
  if (lets_go) let_go();
  let_go_at_ = expectation_.is_let_go() ? std::optional<Time>(clock_.now()) : std::nullopt;
}

}  // namespace stackd::sim
