// What people do with a stack besides deploying all of it.
#include <algorithm>

#include "sim/draw.h"

namespace stackd::sim {

using namespace std::chrono_literals;

namespace {

Request ordered(Duration at, RequestKind kind) {
  Request request;
  request.at = at;
  request.kind = kind;
  return request;
}

std::vector<std::string> some_services(const Story& story, Dice& dice) {
  std::vector<std::string> names{dice.any(story.generations.front().services).name};
  if (dice.once_in(3)) names.push_back(dice.any(story.generations.front().services).name);
  if (names.size() == 2 && names.front() == names.back()) names.pop_back();
  return names;
}

void vary(Request& request, const Story& story, Dice& dice) {
  switch (request.kind) {
    case RequestKind::deploy:
      if (dice.once_in(6)) request.services = some_services(story, dice);
      if (dice.once_in(10)) request.start = false;
      break;
    case RequestKind::start:
    case RequestKind::stop:
    case RequestKind::restart:
      if (!request.services.empty()) request.services = some_services(story, dice);
      break;
    case RequestKind::down:
      request.volumes = dice.once_in(3);
      break;
    case RequestKind::rollback:
      if (dice.once_in(3)) request.to = static_cast<std::int64_t>(1 + dice.below(4));
      request.force = dice.once_in(2);
      request.current_environment = dice.once_in(4);
      break;
    case RequestKind::cancel:
    case RequestKind::resume:
    case RequestKind::adopt:
    case RequestKind::hand_back:
    case RequestKind::forget:
      break;
  }
}

/// Orders that belong together.
std::vector<Request> turn(const Story& story, Duration at, Dice& dice) {
  const Duration later = at + dice.between(10ms, dice.once_in(3) ? Duration(30s) : Duration(3s));
  Request deploy = ordered(later, RequestKind::deploy);
  deploy.generation = dice.below(story.generations.size());
  Request adopt = ordered(later, RequestKind::adopt);
  adopt.generation = deploy.generation;
  Request restart = ordered(at, RequestKind::restart);
  Request part = ordered(later + dice.between(1ms, 100ms), RequestKind::deploy);
  part.generation = deploy.generation;
  part.services = some_services(story, dice);
  Request first = ordered(at, RequestKind::deploy);
  first.generation = dice.below(story.generations.size());
  switch (dice.below(9)) {
    case 0:
      return {ordered(at, RequestKind::forget), deploy};
    case 1:
      return {ordered(at, RequestKind::hand_back), dice.once_in(2) ? adopt : deploy};
    case 2:
      deploy.start = false;
      return {ordered(at, RequestKind::stop), deploy, ordered(later + 5s, RequestKind::start)};
    case 3:
      deploy.services = some_services(story, dice);
      return {ordered(at, RequestKind::stop), deploy};
    case 4:
      restart.services = some_services(story, dice);
      return {restart};
    case 5:
      return {ordered(at, RequestKind::resume)};
    case 6:
      return {first, deploy, part};
    case 7:
      return {ordered(at, dice.once_in(2) ? RequestKind::forget : RequestKind::adopt)};
    default:
      return {restart};
  }
}

}  // namespace

void draw_turns(Story& story, Duration until, Dice& dice) {
  for (std::size_t i = 1; i < story.requests.size(); ++i) vary(story.requests.at(i), story, dice);
  if (dice.once_in(20)) vary(story.requests.front(), story, dice);
  for (std::uint64_t more = dice.below(3); more > 0; --more) {
    const std::vector<Request> together = turn(story, dice.between(5s, until - 5s), dice);
    story.requests.insert(story.requests.end(), together.begin(), together.end());
  }
  std::stable_sort(story.requests.begin(), story.requests.end(),
                   [](const Request& a, const Request& b) { return a.at < b.at; });
  for (std::size_t i = 1; i < story.requests.size(); ++i) {
    if (!dice.once_in(6)) continue;
    story.requests.at(i).at = story.requests.at(i - 1).at;
    story.requests.at(i).at_once = true;
  }
  for (std::uint64_t more = dice.below(4); more > 0; --more)
    story.questions.push_back(dice.between(0s, until));
}

void draw_calm_turns(Story& story, const std::vector<Duration>& moments, Dice& dice) {
  for (const Duration at : moments) {
    const std::vector<Request> together = turn(story, at, dice);
    story.requests.insert(story.requests.end(), together.begin(), together.end());
  }
}

void draw_neighbour(Scenario& scenario, std::uint64_t seed) {
  Dice dice(seed, 12);
  Dice orders(seed, 13);
  Dice turns(seed, 14);
  if (!dice.once_in(5)) return;
  Story story;
  story.generations = {draw_stack(dice)};
  story.generations.front().name = scenario.name() + "-2";  // what is of one must not pass for the other's
  for (ServiceDraft& draft : story.generations.front().services) {
    for (std::string& port : draft.ports) port = "1" + port;
  }
  draw_tempers(story, dice);
  draw_requests(story, scenario.faults_end, orders);
  draw_turns(story, scenario.faults_end, turns);
  draw_pages(story, dice);
  draw_folders(story, dice);
  draw_files(story, dice);
  story.deploy_at_end = orders.once_in(2);
  scenario.neighbour = std::move(story);
}

void share_incidents(Scenario& scenario, Dice& dice) {
  if (!scenario.neighbour) return;
  for (Incident& incident : scenario.incidents) {
    if (!dice.once_in(3)) continue;
    incident.stack = scenario.neighbour->name();
    incident.service = dice.any(scenario.neighbour->generations.front().services).name;
  }
}

}  // namespace stackd::sim
