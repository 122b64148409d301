// A job runs to its end, and never again after success.
#include <algorithm>

#include "sim/oracle.h"
#include "sim/oracle_words.h"

namespace stackd::sim {

// Whatever becomes of its release, a run goes on to its end.
void Oracle::check_job_stop(const Happening& happening) {
  const std::string& service = happening.container->seen.service;
  const bool stops =
      happening.kind == HappeningKind::stop_asked || happening.kind == HappeningKind::kill_asked;
  if (!stops || !is_job(story_, service) || !happening.container->alive) return;
  const bool ordered = std::any_of(asked_.begin(), asked_.end(), [&](const Asked& asked) {
    const auto& named = asked.services;
    const bool about = named.empty() || std::find(named.begin(), named.end(), service) != named.end();
    return about && (asked.kind == RequestKind::stop || asked.kind == RequestKind::down ||
                     asked.kind == RequestKind::restart);
  });
  if (!ordered) break_promise("the job " + describe(*happening.container) + " was stopped before its end");
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
  } else if (place.released.count(made_for(started)) != 0) {
    break_promise("the job " + describe(started) + " runs for release " + made_for(started) +
                  ", for which it has succeeded already");
  } else if (expectation_.is_left_alone(started.seen.service) && !place.released.empty() &&
             calm(std::chrono::seconds(10))) {
    break_promise("the job " + describe(started) + " runs for a deploy of others, which do not need it");
  }
}

}  // namespace stackd::sim
