// What a seed stands for. Stacks, faults and orders are drawn from streams of their own, so that one more
// draw in one of them does not shuffle the others.
#include <algorithm>

#include "runtime/random.h"
#include "sim/scenario.h"

namespace stackd::sim {
namespace {

using namespace std::chrono_literals;
using runtime::Random;

class Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t stream) : random_(seed * 1000003 + stream) {}

  bool once_in(std::uint64_t n) { return random_.below(n) == 0; }
  std::uint64_t below(std::uint64_t n) { return random_.below(n); }
  Duration between(Duration low, Duration high) {
    const Duration span = random_.up_to(high - low);
    return low + span;
  }
  template <typename T>
  const T& any(const std::vector<T>& values) {
    return values.at(random_.below(values.size()));
  }

 private:
  Random random_;
};

ServiceDraft service(std::string name, std::string restart, bool has_check) {
  ServiceDraft draft;
  draft.name = std::move(name);
  draft.restart = std::move(restart);
  draft.has_check = has_check;
  return draft;
}

using enum DependencyCondition;

/// A chain on a database: a migration, then what needs it.
StackDraft chain(Dice& dice) {
  ServiceDraft postgres = service("postgres", "unless-stopped", true);
  postgres.volumes = {"data:/var/lib/postgresql/data"};
  ServiceDraft migrate = service("migrate", dice.any<std::string>({"", "no", "on-failure"}), false);
  migrate.depends_on = {{"postgres", waits_for(healthy)}};
  ServiceDraft web = service("web", dice.any<std::string>({"always", "unless-stopped", "on-failure"}), true);
  web.depends_on = {{"migrate", waits_for(completed)}, {"postgres", waits_for(healthy)}};
  ServiceDraft worker = service("worker", dice.any<std::string>({"always", ""}), true);
  worker.depends_on = {{"migrate", waits_for(completed)}, {"postgres", waits_for(healthy)}};
  ServiceDraft bot = service("bot", "unless-stopped", dice.once_in(2));
  bot.depends_on = {{"migrate", waits_for(completed)}};
  bot.singleton = true;
  ServiceDraft caddy = service("caddy", "unless-stopped", false);
  caddy.depends_on = {{"web", waits_for(dice.once_in(2) ? healthy : started)}};
  caddy.ports = {"80", "443"};
  caddy.volumes = {"caddy:/data"};
  return {"shop", {postgres, migrate, web, worker, bot, caddy}};
}

/// Two that live in the network of a third.
StackDraft sharers(Dice& dice) {
  ServiceDraft vpn = service("vpn", "always", true);
  vpn.ports = {"8080"};
  ServiceDraft torrent = service("torrent", "unless-stopped", dice.once_in(2));
  torrent.network_of = "vpn";
  torrent.depends_on = {{"vpn", waits_for(healthy, true)}};
  ServiceDraft indexer = service("indexer", "always", false);
  indexer.network_of = "vpn";
  // Silent about it in half of the stacks: sharing alone must do.
  if (dice.once_in(2)) indexer.depends_on = {{"vpn", waits_for(started, true)}};
  ServiceDraft panel = service("panel", "", true);
  panel.depends_on = {{"torrent", waits_for(started)}};
  return {"shop", {vpn, torrent, indexer, panel}};
}

/// Dependents that restart with what they depend on.
StackDraft followers(Dice& dice) {
  ServiceDraft db = service("db", "unless-stopped", true);
  db.volumes = {"data:/data"};
  ServiceDraft api = service("api", "always", true);
  api.depends_on = {{"db", waits_for(healthy, true)}};
  ServiceDraft front = service("front", dice.any<std::string>({"always", ""}), dice.once_in(2));
  front.depends_on = {{"api", waits_for(dice.once_in(2) ? healthy : started, true)}};
  front.ports = {"80"};
  return {"shop", {db, api, front}};
}

/// Several of one, a job that retries, something that nobody restarts.
StackDraft crowd(Dice& dice) {
  ServiceDraft cache = service("cache", "always", true);
  ServiceDraft web = service("web", "always", dice.once_in(2));
  web.scale = 2;
  web.depends_on = {{"cache", waits_for(healthy)}};
  ServiceDraft seed = service("seed", dice.any<std::string>({"on-failure", "on-failure:3", "no"}), false);
  seed.job = true;
  seed.depends_on = {{"cache", waits_for(healthy)}};
  ServiceDraft once = service("once", "no", false);
  ServiceDraft lone = service("lone", "on-failure:2", false);
  lone.depends_on = {{"once", waits_for(started)}};
  return {"shop", {cache, web, seed, once, lone}};
}

StackDraft draw_stack(Dice& dice) {
  StackDraft stack;
  switch (dice.below(5)) {
    case 0:
    case 1:
      stack = chain(dice);
      break;
    case 2:
      stack = sharers(dice);
      break;
    case 3:
      stack = followers(dice);
      break;
    default:
      stack = crowd(dice);
      break;
  }
  for (ServiceDraft& draft : stack.services) {
    draft.interval = dice.any<Duration>({1s, 2s, 5s, 10s});
    draft.retries = static_cast<std::int64_t>(2 + dice.below(2));
    draft.start_period = dice.any<Duration>({0s, 5s, 20s});
  }
  return stack;
}

StackDraft changed(const StackDraft& before, std::size_t generation, Dice& dice) {
  StackDraft after = before;
  for (ServiceDraft& draft : after.services) {
    if (dice.once_in(2)) draft.generation = std::to_string(generation);
  }
  return after;
}

/// One service mounts a folder of configuration, which some releases change; half of the time it can take
/// that in while it runs.
void draw_folders(Scenario& scenario, Dice& dice) {
  const bool reloads = dice.once_in(2);
  std::string content = "0";
  for (std::size_t number = 0; number < scenario.generations.size(); ++number) {
    if (number > 0 && !dice.once_in(3)) content = std::to_string(number);
    for (ServiceDraft& draft : scenario.generations.at(number).services) {
      if (draft.name != "caddy" && draft.name != "front" && draft.name != "cache") continue;
      draft.folder = content;
      draft.reloads = reloads;
    }
  }
}

/// Half of the stacks with a page have it asked; some releases break it, but not the one that is to be live
/// in the end.
void draw_pages(Scenario& scenario, Dice& dice) {
  const bool any = dice.once_in(2);
  std::size_t last = 0;
  for (const Request& request : scenario.requests) {
    if (request.kind == RequestKind::deploy) last = request.generation;
  }
  for (std::size_t number = 0; number < scenario.generations.size(); ++number) {
    StackDraft& draft = scenario.generations.at(number);
    const bool breaks = dice.once_in(3);
    for (const char* name : {"web", "api", "panel"}) {
      if (any && draft.find(name) != nullptr) draft.pages = {name};
    }
    draft.asks_in_vain = breaks && number != 0 && number != last;
  }
}

/// Few releases define their network otherwise: all is stopped for it.
void draw_networks(Scenario& scenario, Dice& dice) {
  if (!dice.once_in(8)) return;
  for (std::size_t number = 1; number < scenario.generations.size(); ++number)
    scenario.generations.at(number).network = std::to_string(dice.below(3));
}

/// Engines differ in how a container comes to its further networks, which takes some to have.
void draw_backstage(Scenario& scenario, Dice& dice) {
  scenario.connects_one = dice.once_in(2);
  if (!dice.once_in(3)) return;
  for (StackDraft& draft : scenario.generations) draft.has_backstage = true;
}

void draw_tempers(Scenario& scenario, Dice& dice) {
  for (const ServiceDraft& draft : scenario.generations.front().services) {
    Temper temper;
    temper.ready_after = dice.between(50ms, dice.once_in(5) ? Duration(15s) : Duration(2s));
    temper.job_takes = dice.between(200ms, dice.once_in(4) ? Duration(20s) : Duration(3s));
    temper.stop_takes = dice.between(10ms, dice.once_in(6) ? Duration(8s) : Duration(500ms));
    temper.stop_code = dice.any<std::int64_t>({0, 0, 143, 1});
    temper.ignores_term = dice.once_in(12);
    if (dice.once_in(8)) {
      temper.bad_runs = static_cast<std::int64_t>(1 + dice.below(8));
      temper.bad_after = dice.between(10ms, 3s);
      temper.bad_code = dice.any<std::int64_t>({1, 2, 137, 0});
    }
    if (draft.name == "web" && scenario.generations.front().find("postgres") != nullptr && dice.once_in(2))
      temper.needs = "postgres";
    scenario.tempers.emplace(draft.name, temper);
  }
}

void draw_requests(Scenario& scenario, Dice& dice) {
  const StackDraft first = scenario.generations.front();
  Request deploy;
  deploy.at = dice.between(0ms, 2s);
  scenario.requests.push_back(deploy);
  const std::uint64_t more = dice.below(5);
  Duration at = deploy.at;
  for (std::uint64_t i = 0; i < more; ++i) {
    at += dice.between(dice.once_in(4) ? Duration(10ms) : Duration(5s), scenario.faults_end / 4);
    if (at > scenario.faults_end - 5s) break;
    Request request;
    request.at = at;
    switch (dice.below(11)) {
      case 0:
      case 1:
      case 2:
      case 3:
        request.kind = RequestKind::deploy;
        if (dice.once_in(4)) {
          request.generation = dice.below(scenario.generations.size());
        } else {
          request.generation = scenario.generations.size();
          scenario.generations.push_back(changed(scenario.generations.back(), request.generation, dice));
        }
        break;
      case 4:
        request.kind = RequestKind::stop;
        break;
      case 5:
      case 6:
        request.kind = RequestKind::start;
        break;
      case 7:
        request.kind = RequestKind::restart;
        break;
      case 8:
        request.kind = RequestKind::rollback;
        break;
      case 9:
        request.kind = RequestKind::cancel;
        break;
      default:
        request.kind = RequestKind::down;
        break;
    }
    const bool named = request.kind == RequestKind::start || request.kind == RequestKind::stop ||
                       request.kind == RequestKind::restart;
    if (named && !dice.once_in(3)) request.services = {dice.any(first.services).name};
    scenario.requests.push_back(std::move(request));
  }
}

Incident draw_incident(const Scenario& scenario, Dice& dice, bool extreme) {
  Incident incident;
  incident.at = dice.between(500ms, scenario.faults_end - 1s);
  incident.service = dice.any(scenario.generations.front().services).name;
  incident.live_restore = dice.once_in(2);
  switch (dice.below(20)) {
    case 0:
    case 1:
    case 2:
    case 3:
      incident.kind = IncidentKind::crash_stackd;
      incident.number = static_cast<std::int64_t>(dice.below(40));
      incident.lasts = dice.between(10ms, dice.once_in(4) ? Duration(30s) : Duration(2s));
      break;
    case 4:
      incident.kind = IncidentKind::kill_engine;
      incident.lasts = dice.between(500ms, extreme ? Duration(90s) : Duration(10s));
      break;
    case 5:
      incident.kind = IncidentKind::stop_engine;
      incident.lasts = dice.between(500ms, extreme ? Duration(90s) : Duration(10s));
      break;
    case 6:
      incident.kind = IncidentKind::reboot;
      incident.lasts = dice.between(5s, 40s);
      break;
    case 7:
      incident.kind = IncidentKind::cut_events;
      break;
    case 8:
      incident.kind = IncidentKind::jump_wall;
      incident.lasts = dice.between(-2h, 2h);
      break;
    case 9:
      incident.kind = IncidentKind::person_stops;
      break;
    case 10:
      incident.kind = IncidentKind::person_kills;
      break;
    case 11:
      incident.kind = IncidentKind::person_starts;
      break;
    case 12:
      incident.kind = IncidentKind::person_removes;
      break;
    case 13:
      incident.kind = IncidentKind::person_restarts;
      break;
    case 14:
      incident.kind = IncidentKind::person_pauses;
      incident.lasts = dice.between(100ms, 20s);
      break;
    case 15:
      incident.kind = IncidentKind::person_sets_policy;
      break;
    case 16:
      incident.kind = dice.once_in(3) ? IncidentKind::compose_down : IncidentKind::process_crashes;
      incident.number = 1;
      break;
    case 17:
      incident.kind = IncidentKind::process_crashes;
      incident.number = dice.any<std::int64_t>({0, 1, 137, 139});
      break;
    case 18:
      incident.kind = IncidentKind::disk_fills;
      incident.lasts = dice.between(100ms, extreme ? Duration(90s) : Duration(10s));
      break;
    default:
      incident.kind = IncidentKind::process_hangs;
      break;
  }
  return incident;
}

void draw_noise(Scenario& scenario, Dice& dice) {
  const auto rate = [&dice](bool strong) {
    if (dice.once_in(2)) return std::uint64_t{0};
    return dice.below(strong ? 400 : 60);
  };
  const std::uint64_t windows = dice.below(4);
  for (std::uint64_t i = 0; i < windows; ++i) {
    const bool steady = i == 0 && dice.once_in(2);
    const bool strong = !steady && dice.once_in(3);
    Noise noise;
    noise.from = steady ? Duration(0s) : dice.between(0s, scenario.faults_end - 2s);
    noise.until =
        steady ? scenario.faults_end : std::min(scenario.faults_end, noise.from + dice.between(1s, 30s));
    noise.lost_before_effect = rate(strong);
    noise.lost_after_effect = rate(strong);
    noise.refused = rate(strong);
    noise.slow = rate(strong);
    noise.slow_max = dice.between(50ms, 20s);
    noise.events_lost = rate(strong);
    noise.events_doubled = rate(strong);
    noise.events_late = rate(strong);
    scenario.noises.push_back(noise);
  }
}

/// Something that happens alone.
Incident lone_incident(const Scenario& scenario, Dice& dice) {
  Incident incident;
  incident.service = dice.any(scenario.generations.front().services).name;
  for (const ServiceDraft& draft : scenario.generations.front().services) {
    if (!draft.network_of.empty() && dice.once_in(4)) incident.service = draft.network_of;
  }
  switch (dice.below(7)) {
    case 0:
      incident.kind = IncidentKind::crash_stackd;
      incident.number = 1;
      incident.lasts = dice.between(10ms, 20s);
      break;
    case 1:
      incident.kind = IncidentKind::process_hangs;
      break;
    case 2:
      incident.kind = dice.once_in(2) ? IncidentKind::person_stops : IncidentKind::person_kills;
      break;
    case 3:
      incident.kind = IncidentKind::person_sets_policy;
      break;
    default:
      incident.kind = IncidentKind::process_crashes;
      incident.number = dice.any<std::int64_t>({1, 2, 137});
      break;
  }
  return incident;
}

/// Nothing but the first deploy is left.
void make_quiet(Scenario& scenario) {
  scenario.noises.clear();
  scenario.incidents.clear();
  scenario.requests.resize(1);
  scenario.generations.resize(1);
  for (auto& [name, temper] : scenario.tempers) temper.bad_runs = 0;
}

/// One thing at a time, each long after the one before: here every promise is owed in full, as hardly
/// anything excuses stackd. Half of the time it ends with a stop, and a crash that must not undo it.
void make_calm(Scenario& scenario, Dice& dice) {
  make_quiet(scenario);
  scenario.faults_end = 15min;
  Duration at = 150s;
  for (; at < 8min; at += dice.between(140s, 160s)) {
    scenario.incidents.push_back(lone_incident(scenario, dice));
    scenario.incidents.back().at = at;
    if (scenario.incidents.back().kind != IncidentKind::person_sets_policy) continue;
    // Before it is taken back: the engine comes again and starts by that policy.
    Incident kill;
    kill.kind = IncidentKind::kill_engine;
    kill.at = at;
    kill.lasts = dice.between(500ms, 20s);
    scenario.incidents.push_back(kill);
  }
  scenario.deploy_at_end = dice.once_in(2);
  if (scenario.deploy_at_end) return;
  Request stop;
  stop.kind = RequestKind::stop;
  stop.at = at;
  if (!dice.once_in(3)) stop.services = {dice.any(scenario.generations.front().services).name};
  scenario.requests.push_back(stop);
  Incident crash;
  crash.kind = IncidentKind::crash_stackd;
  crash.number = 1;
  crash.lasts = dice.between(10ms, 20s);
  crash.at = at + dice.between(20s, 60s);
  scenario.incidents.push_back(crash);
}

/// The engine answers and refuses every order, for longer than any pause may grow. What crashed meanwhile
/// must be up soon after.
void make_refusing(Scenario& scenario, Dice& dice) {
  make_quiet(scenario);
  scenario.faults_end = dice.between(25min, 40min);
  scenario.deploy_at_end = false;
  Noise refusing;
  refusing.from = 95s;
  refusing.until = scenario.faults_end;
  refusing.refused_orders = 1000;
  scenario.noises = {refusing};
  for (const ServiceDraft& draft : scenario.generations.front().services) {
    Incident crash;
    crash.kind = IncidentKind::process_crashes;
    crash.number = 1;
    crash.service = draft.name;
    crash.at = dice.between(100s, 200s);
    scenario.incidents.push_back(crash);
  }
}

}  // namespace

Scenario draw(std::uint64_t seed) {
  Dice stacks(seed, 1);
  Dice tempers(seed, 2);
  Dice requests(seed, 3);
  Dice faults(seed, 4);
  Dice noise(seed, 5);
  Dice kind(seed, 6);
  Dice pages(seed, 7);
  Dice folders(seed, 8);
  Dice networks(seed, 9);
  Dice backstage(seed, 10);

  Scenario scenario;
  scenario.seed = seed;
  scenario.generations = {draw_stack(stacks)};
  scenario.faults_end = faults.between(40s, 3min);
  scenario.deploy_at_end = requests.once_in(2);
  scenario.real_exit_codes = faults.once_in(2);
  scenario.keeps_health = faults.once_in(2);
  draw_tempers(scenario, tempers);
  draw_requests(scenario, requests);
  draw_pages(scenario, pages);
  draw_folders(scenario, folders);
  draw_networks(scenario, networks);
  draw_backstage(scenario, backstage);
  const bool extreme = faults.once_in(6);
  const std::uint64_t incidents = faults.below(extreme ? 14 : 7);
  for (std::uint64_t i = 0; i < incidents; ++i)
    scenario.incidents.push_back(draw_incident(scenario, faults, extreme));
  std::stable_sort(scenario.incidents.begin(), scenario.incidents.end(),
                   [](const Incident& a, const Incident& b) { return a.at < b.at; });
  if (!faults.once_in(10)) draw_noise(scenario, noise);
  switch (kind.below(12)) {
    case 0:
    case 1:
    case 2:
      make_calm(scenario, kind);
      break;
    case 3:
      make_refusing(scenario, kind);
      break;
    default:
      break;
  }
  return scenario;
}

}  // namespace stackd::sim
