#include "sim/world.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "daemon/supervisor/supervisor.h"
#include "model/identity.h"
#include "store/sqlite_store.h"
#include "support/full_disk_store.h"

namespace stackd::sim {
namespace {

using namespace std::chrono_literals;

/// The bound of every liveness promise: the longest pause (60 s, and a patience of four times that for what
/// hung while it started), one look of stackd's own accord, one deadline of a call.
constexpr Duration settle_span = 420s;
constexpr Duration quiet_span = 90s;
constexpr std::uint64_t wakes_while_quiet_max = 60;
constexpr Duration shutdown_max = 15s;
constexpr int turns_without_time_max = 200000;
/// How long stackd may need to see again after each kind of blindness.
constexpr Duration look_after_crash = 5s;
constexpr Duration look_after_outage = 70s;
constexpr Duration look_after_jump = 30s;

std::string next_store_name() {
  static std::atomic<std::uint64_t> count{0};
  return "sim" + std::to_string(++count);
}

std::string next_kept_folder() {
  static std::atomic<std::uint64_t> count{0};
  const std::string name = "stackd-sim-" + std::to_string(getpid()) + "-" + std::to_string(++count);
  return (std::filesystem::temp_directory_path() / name).string();
}

std::string generation_in(const json::value& canonical, const std::string& service) {
  const JsonReader root(canonical, "release");
  const JsonReader environment = root.object("services").object(service).object("environment");
  return environment.text("GENERATION");
}

}  // namespace

/// One run of stackd, from its start to its crash.
class World::Life {
 public:
  Life(World& world, std::unique_ptr<store::Store> store, std::uint64_t seed)
      : world_(world), random_(seed), store_(std::move(store)) {
    loop_ = std::make_unique<boost::asio::io_context>();
    daemon::Edges edges{loop_->get_executor(), world.clock_, random_, world.engine_, *store_, world.http_};
    edges.kept = &world.kept_;
    edges.files = &world.files_;
    supervisor_ = std::make_unique<daemon::Supervisor>(edges);
  }

  /// As kill -9 does: coroutines end where they wait, nothing is said goodbye to.
  ~Life() {
    loop_.reset();
    supervisor_.reset();
  }
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  Result<void> start() { return supervisor_->start(); }

  /// One turn of the loop; false when nothing is ready.
  bool turn() {
    loop_->restart();
    return loop_->poll_one() > 0;
  }

  void perform(Request request) {
    boost::asio::co_spawn(*loop_, carry_out(*this, std::move(request)), boost::asio::detached);
  }
  void plan(std::size_t generation) {
    boost::asio::co_spawn(*loop_, ask_plan(*this, generation), boost::asio::detached);
  }
  void stop() { boost::asio::co_spawn(*loop_, end(*this), boost::asio::detached); }

  bool stopped = false;
  std::optional<daemon::PlanReport> planned;

 private:
  daemon::DeployRequest deploy_request(std::size_t generation) const {
    const StackDraft& draft = world_.scenario_.generations.at(generation);
    daemon::DeployRequest deploy;
    deploy.stack = draft.name;
    deploy.canonical = canonical_text(draft);
    deploy.source.kind = "deploy";
    deploy.source.user = "operator";
    deploy.source.working_dir = "/srv/" + draft.name;
    deploy.source.config_files = {"/srv/" + draft.name + "/compose.yaml"};
    for (const ServiceDraft& service : draft.services) {
      if (service.folder.empty()) continue;
      deploy.files.fingerprints[service.name][folder_file(service.name)] = sha256_hex(service.folder);
      deploy.files.contents[folder_file(service.name)] = service.folder;
    }
    return deploy;
  }

  static runtime::Task<void> carry_out(Life& life, Request request) {
    daemon::ServicesRequest services;
    services.stack = life.world_.scenario_.generations.front().name;
    services.services = request.services;
    services.user = "operator";
    std::optional<Error> error;
    switch (request.kind) {
      case RequestKind::deploy: {
        life.world_.edit_folders(request.generation);
        daemon::DeployRequest deploy = life.deploy_request(request.generation);
        const Result<std::string> id = co_await life.supervisor_->deploy(std::move(deploy));
        if (!id) error = id.error();
        break;
      }
      case RequestKind::start: {
        const Result<void> done = co_await life.supervisor_->start(std::move(services));
        if (!done) error = done.error();
        break;
      }
      case RequestKind::stop: {
        const Result<void> done = co_await life.supervisor_->stop(std::move(services));
        if (!done) error = done.error();
        break;
      }
      case RequestKind::restart: {
        const Result<void> done = co_await life.supervisor_->restart(std::move(services));
        if (!done) error = done.error();
        break;
      }
      case RequestKind::rollback: {
        daemon::RollbackRequest back;
        back.stack = services.stack;
        back.user = services.user;
        const Result<std::string> id = co_await life.supervisor_->rollback(std::move(back));
        if (!id) error = id.error();
        break;
      }
      case RequestKind::cancel: {
        const Result<void> done = co_await life.supervisor_->cancel(services.stack, services.user);
        if (!done) error = done.error();
        break;
      }
      case RequestKind::down: {
        daemon::DownRequest down;
        down.stack = services.stack;
        down.user = services.user;
        const Result<void> done = co_await life.supervisor_->down(std::move(down));
        if (!done) error = done.error();
        break;
      }
    }
    life.world_.answer_request(!error.has_value(), error ? error->message : std::string("ok"));
  }

  static runtime::Task<void> ask_plan(Life& life, std::size_t generation) {
    daemon::DeployRequest deploy = life.deploy_request(generation);
    Result<daemon::PlanReport> report = co_await life.supervisor_->plan(std::move(deploy));
    if (report) {
      life.planned = std::move(*report);
    } else {
      life.world_.oracle_.break_promise("the plan can't be told: " + report.error().message);
    }
  }

  static runtime::Task<void> end(Life& life) {
    co_await life.supervisor_->stop();
    life.stopped = true;
  }

  World& world_;
  runtime::Random random_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<boost::asio::io_context> loop_;
  std::unique_ptr<daemon::Supervisor> supervisor_;
};

World::World(const Scenario& scenario, Trace& trace, Marks& marks)
    : scenario_(scenario),
      trace_(trace),
      marks_(marks),
      fates_(scenario.seed * 1000003 + 6),
      host_(clock_, scenario.seed * 1000003 + 7),
      engine_(clock_, host_),
      http_(clock_, host_, scenario.generations.front().name),
      kept_folder_(next_kept_folder()),
      kept_(kept_folder_),
      oracle_(scenario, clock_, host_, marks),
      store_name_(next_store_name()) {
  set_log_sink([this](LogLevel level, const LogSubject& subject, std::string_view text) {
    if (level == LogLevel::error) ++marks_["stackd logged an error"];
    say("log " + subject.service + " " + std::string(text));
    oracle_.said(std::string(text));
    if (text.rfind("deploy ", 0) != 0 || !store_keeper_) return;
    check_failed_deploy(std::string(text));
    check_live_deploy(std::string(text));
  });
}

World::~World() {
  life_.reset();
  set_log_sink({});
  std::error_code failed;
  std::filesystem::remove_all(kept_folder_, failed);
}

void World::say(const std::string& text) {
  trace_.line(clock_.now(), text);
}

Outcome World::run() {
  make_host();
  plan_faults();
  begin_life();
  plan_requests();
  run_until(Time(scenario_.faults_end));
  settle();
  Outcome outcome;
  outcome.broken = oracle_.broken();
  outcome.hash = trace_.hash();
  outcome.events = trace_.lines();
  outcome.simulated = clock_.now().time_since_epoch();
  return outcome;
}

// --- the host and its inhabitants

void World::make_host() {
  host_.real_exit_codes = scenario_.real_exit_codes;
  host_.keeps_health = scenario_.keeps_health;
  host_.connects_one = scenario_.connects_one;
  host_.script = [this](const std::string& project, const std::string& service, std::int64_t run) {
    return program_of(project, service, run);
  };
  host_.read_folder = [this](const std::string& folder) { return read_folder(folder); };
  ObservedImage image;
  image.id = "sha256:" + std::string(64, 'a');
  image.tags = {"app:1"};
  image.os = "linux";
  image.architecture = "amd64";
  host_.add_image(image);

  const auto other = std::make_shared<Stack>();
  other->name = "other";
  Service db;
  db.name = "db";
  db.image = "app:1";
  other->services.emplace("db", db);
  engine::ContainerSpec spec;
  spec.stack = other;
  spec.service = "db";
  spec.name = "other-db-1";
  spec.image = "app:1";
  const ::stackd::sim::Order by_a_person{Hand::person, clock_.now()};
  const Labels labels{{std::string(label::project), "other"}};
  host_.create_volume("other_data", labels, by_a_person);
  STACKD_CHECK(host_.create_network("other_default", labels, false, by_a_person).ok());
  const Result<std::string> foreign = host_.create(spec, by_a_person);
  STACKD_CHECK(foreign.ok() && host_.start(*foreign, by_a_person).ok());
  // Of our project by its label, but in no file of ours.
  other->name = scenario_.generations.front().name;
  other->services.at("db").name = "ghost";
  other->services.emplace("ghost", other->services.at("db"));
  spec.service = "ghost";
  spec.name = other->name + "-ghost-1";
  const Result<std::string> ghost = host_.create(spec, by_a_person);
  STACKD_CHECK(ghost.ok() && host_.start(*ghost, by_a_person).ok());

  host_.on_happening = [this](const Happening& happening) {
    std::string text(to_string(happening.kind));
    if (happening.container != nullptr) text += " " + happening.container->seen.name;
    if (!happening.name.empty()) text += " " + happening.name;
    if (happening.kind == HappeningKind::died)
      text += " with " + std::to_string(happening.container->ended_with);
    say(text + " by " + std::string(to_string(happening.order.hand)));
    if (happening.kind == HappeningKind::engine_went) {
      oracle_.begin_blind();
    } else if (happening.kind == HappeningKind::engine_came) {
      clock_.call_in(look_after_outage, [this] { oracle_.end_blind(); });
    }
    oracle_.happened(happening);
    if (happening.kind == HappeningKind::started && happening.order.hand == Hand::stackd)
      check_rollback_runs_no_job(*happening.container);
  };
  engine_.on_call = [this](const Call& call) {
    say("> " + call.text);
    ++wakes_;
    if (call.order) ++orders_in_flight_;
    oracle_.called(call.text, call.order);
    count_await();
  };
  engine_.on_answer = [this](const Call& call, const std::string& outcome) {
    say("< " + call.text + ": " + outcome);
    if (call.order) --orders_in_flight_;
  };
  engine_.fates = [this](const Call& call) { return fate_of(call); };
  http_.delays = [this] { return delay_of_page(); };
  http_.on_answer = [this](const std::string& url, int status) {
    say("visited " + url + ": " + std::to_string(status));
    ++marks_[status == 0 ? "a page did not answer" : "a page answered"];
  };
  engine_.event_fates = [this](const EngineEvent& event) { return fate_of(event); };
  clock_.on_sleep = [this] {
    ++wakes_;
    count_await();
  };
}

Program World::program_of(const std::string& project, const std::string& service, std::int64_t run) {
  Program program;
  const StackDraft& stack = scenario_.generations.front();
  if (project != stack.name) return program;
  const auto found = scenario_.tempers.find(service);
  const Temper temper = found == scenario_.tempers.end() ? Temper{} : found->second;
  program.ready_after = temper.ready_after;
  program.stop_takes = temper.stop_takes;
  program.stop_code = temper.stop_code;
  program.ignores_term = temper.ignores_term;
  program.needs = temper.needs;
  if (is_job(scenario_, service)) {
    program.ends_after = temper.job_takes;
    program.exit_code = 0;
  }
  if (!faults_over_ && run <= temper.bad_runs) {
    program.ends_after = temper.bad_after;
    program.exit_code = temper.bad_code;
    if (run == 5) ++marks_["a service crashed five times"];
  }
  return program;
}

std::vector<std::string> World::containers_of(const std::string& service) const {
  std::vector<std::string> ids;
  for (const auto& [id, container] : host_.containers()) {
    if (container.seen.project == scenario_.generations.front().name && container.seen.service == service)
      ids.push_back(id);
  }
  return ids;
}

// --- what goes wrong

const Noise* World::noise() const {
  if (faults_over_) return nullptr;
  const Duration now = clock_.now().time_since_epoch();
  for (const Noise& noise : scenario_.noises) {
    if (now >= noise.from && now < noise.until) return &noise;
  }
  return nullptr;
}

Fate World::fate_of(const Call& call) {
  Fate fate;
  const bool heavy = call.text.rfind("start ", 0) == 0;
  fate.until_effect = 200us + fates_.up_to(heavy ? Duration(80ms) : Duration(2ms));
  fate.until_answer = 100us + fates_.up_to(heavy ? Duration(120ms) : Duration(1ms));
  const Noise* now = noise();
  if (now == nullptr) return fate;
  const auto struck = [this](std::uint64_t per_mille) { return fates_.below(1000) < per_mille; };
  if (struck(now->slow)) fate.until_effect += fates_.up_to(now->slow_max);
  if (struck(now->slow)) fate.until_answer += fates_.up_to(now->slow_max);
  if (struck(now->lost_before_effect)) {
    fate.trouble = Trouble::lost_before_effect;
    ++marks_["an answer lost before the effect"];
  } else if (struck(now->lost_after_effect)) {
    fate.trouble = Trouble::lost_after_effect;
    ++marks_["an answer lost after the effect"];
  } else if (struck(now->refused) || (call.order && struck(now->refused_orders))) {
    fate.trouble = Trouble::refused;
    ++marks_["the engine answered 500"];
  }
  return fate;
}

Duration World::delay_of_page() {
  const Duration usual = 1ms + fates_.up_to(50ms);
  const Noise* now = noise();
  if (now == nullptr || fates_.below(1000) >= now->slow) return usual;
  return usual + fates_.up_to(now->slow_max);
}

// Whoever deploys has written the files before.
void World::edit_folders(std::size_t generation) {
  for (const ServiceDraft& draft : scenario_.generations.at(generation).services) {
    if (!draft.folder.empty()) files_.write(folder_file(draft.name), draft.folder);
  }
}

std::string World::read_folder(const std::string& folder) const {
  const Result<std::string> own = files_.read(folder + "/app.conf");
  if (own) return *own;
  std::ifstream kept(folder + "/app.conf");
  std::string text;
  std::getline(kept, text);
  return text;
}

EventFate World::fate_of(const EngineEvent& event) {
  EventFate fate;
  fate.delay = 100us + fates_.up_to(1ms);
  const Noise* now = noise();
  if (now == nullptr) return fate;
  const auto struck = [this](std::uint64_t per_mille) { return fates_.below(1000) < per_mille; };
  fate.lost = struck(now->events_lost);
  fate.doubled = struck(now->events_doubled);
  if (struck(now->events_late)) fate.delay += fates_.up_to(now->slow_max);
  if (fate.lost) {
    ++marks_["an event lost"];
    oracle_.event_missed(event.id);
  }
  if (fate.doubled) ++marks_["an event doubled"];
  return fate;
}

void World::plan_faults() {
  for (const Incident& incident : scenario_.incidents) {
    clock_.call_at(Time(incident.at), [this, &incident] {
      if (!faults_over_) happen(incident);
    });
  }
  for (const Noise& noise : scenario_.noises) {
    clock_.call_at(Time(noise.from), [this] { oracle_.begin_blind(); });
    clock_.call_at(Time(noise.until + look_after_crash), [this] { oracle_.end_blind(); });
  }
}

void World::happen(const Incident& incident) {
  say("! " + std::string(to_string(incident.kind)) + " " + incident.service);
  ++marks_[std::string(to_string(incident.kind))];
  const auto engine_back = [this, &incident] {
    clock_.call_in(incident.lasts, [this, &incident] { host_.start_engine(incident.live_restore); });
  };
  switch (incident.kind) {
    case IncidentKind::crash_stackd:
      if (life_) {
        awaits_to_crash_ = incident.number;
        crash_lasts_ = incident.lasts;
      }
      break;
    case IncidentKind::kill_engine:
      if (!host_.engine_up()) break;
      host_.kill_engine();
      engine_back();
      break;
    case IncidentKind::stop_engine:
      if (!host_.engine_up()) break;
      host_.stop_engine(incident.live_restore);
      // It takes its time to stop every container.
      clock_.call_in(incident.lasts + 12s, [this, &incident] { host_.start_engine(incident.live_restore); });
      break;
    case IncidentKind::reboot:
      host_.lose_power();
      if (life_) {
        crash_now_ = true;
        crash_lasts_ = incident.lasts;
      }
      engine_back();
      break;
    case IncidentKind::cut_events:
      engine_.cut_events();
      oracle_.begin_blind();
      clock_.call_in(look_after_crash, [this] { oracle_.end_blind(); });
      break;
    case IncidentKind::jump_wall:
      clock_.jump_wall(incident.lasts);
      if (incident.lasts < Duration::zero()) oracle_.wall_went_back();
      oracle_.begin_blind();
      clock_.call_in(look_after_jump, [this] { oracle_.end_blind(); });
      break;
    case IncidentKind::disk_fills:
      ++disks_full_;
      ++marks_["the disk was full"];
      clock_.call_in(incident.lasts, [this] {
        if (disks_full_ > 0 && --disks_full_ == 0) say("there is room on the disk");
      });
      break;
    case IncidentKind::process_crashes:
    case IncidentKind::process_hangs: {
      const auto ids = containers_of(incident.service);
      if (ids.empty()) break;
      if (incident.kind == IncidentKind::process_crashes) host_.crash_process(ids.front(), incident.number);
      if (incident.kind == IncidentKind::process_hangs) host_.hang_process(ids.front());
      break;
    }
    case IncidentKind::person_stops:
    case IncidentKind::person_kills:
    case IncidentKind::person_starts:
    case IncidentKind::person_removes:
    case IncidentKind::person_restarts:
    case IncidentKind::person_pauses:
    case IncidentKind::person_sets_policy:
    case IncidentKind::compose_down:
      if (host_.engine_up() && host_.accepts_calls()) people(incident);
      break;
  }
}

void World::people(const Incident& incident) {
  const ::stackd::sim::Order order{Hand::person, clock_.now()};
  const auto ids = containers_of(incident.service);
  if (ids.empty() && incident.kind != IncidentKind::compose_down) return;
  const std::string id = ids.empty() ? std::string() : ids.front();
  const bool runs = !ids.empty() && host_.containers().at(id).seen.state == ContainerState::running;
  // Those that change nothing are not even an event.
  const bool to_a_running_one =
      incident.kind == IncidentKind::person_stops || incident.kind == IncidentKind::person_kills ||
      incident.kind == IncidentKind::person_pauses || incident.kind == IncidentKind::person_restarts;
  if (to_a_running_one && !runs) return;
  if (incident.kind == IncidentKind::person_starts && runs) return;
  const auto unfinished = store_keeper_->unfinished_deploys();
  oracle_.other_hand(incident, !unfinished || !unfinished->empty());
  switch (incident.kind) {
    case IncidentKind::person_stops:
      host_.stop(id, std::nullopt, order, [](const Result<void>&) {});
      break;
    case IncidentKind::person_kills:
      static_cast<void>(host_.kill(id, "KILL", order).ok());
      break;
    case IncidentKind::person_starts:
      static_cast<void>(host_.start(id, order).ok());
      break;
    case IncidentKind::person_removes:
      static_cast<void>(host_.remove(id, true, order).ok());
      break;
    case IncidentKind::person_restarts:
      host_.stop(id, std::nullopt, order, [this, id, order](const Result<void>& stopped) {
        if (!stopped) return;
        clock_.call_in(1ms, [this, id, order] {
          if (host_.engine_up()) static_cast<void>(host_.start(id, order).ok());
        });
      });
      break;
    case IncidentKind::person_pauses:
      static_cast<void>(host_.pause(id, order).ok());
      clock_.call_in(incident.lasts, [this, id, order] {
        if (host_.engine_up()) static_cast<void>(host_.unpause(id, order).ok());
      });
      break;
    case IncidentKind::person_sets_policy:
      static_cast<void>(host_.set_policy(id, "always", order).ok());
      break;
    case IncidentKind::compose_down:
      for (const ServiceDraft& draft : scenario_.generations.front().services) {
        for (const std::string& each : containers_of(draft.name)) {
          host_.stop(each, std::nullopt, order, [this, each, order](const Result<void>& stopped) {
            if (stopped) static_cast<void>(host_.remove(each, true, order).ok());
          });
        }
      }
      break;
    case IncidentKind::crash_stackd:
    case IncidentKind::kill_engine:
    case IncidentKind::stop_engine:
    case IncidentKind::reboot:
    case IncidentKind::cut_events:
    case IncidentKind::jump_wall:
    case IncidentKind::process_crashes:
    case IncidentKind::process_hangs:
    case IncidentKind::disk_fills:
      break;
  }
}

// --- stackd's lives

void World::begin_life() {
  if (life_) return;
  say("stackd starts");
  Result<std::unique_ptr<store::Store>> opened = store::open_memory_store(store_name_);
  STACKD_CHECK(opened.ok());
  if (!store_keeper_) {
    Result<std::unique_ptr<store::Store>> keeper = store::open_memory_store(store_name_);
    STACKD_CHECK(keeper.ok());
    store_keeper_ = std::move(*keeper);
  }
  auto store =
      std::make_unique<testing::FullDiskStore>(std::move(*opened), [this] { return disks_full_ > 0; });
  life_ = std::make_unique<Life>(*this, std::move(store), scenario_.seed * 1000003 + 100 + ++lives_);
  const Result<void> started = life_->start();
  if (!started) oracle_.break_promise("stackd does not start: " + started.error().message);
  if (lives_ > 1) clock_.call_in(look_after_crash, [this] { oracle_.end_blind(); });
  if (request_in_hand_) {
    ++marks_["an order given again after a crash"];
    life_->perform(waiting_.front());
  }
}

void World::end_life() {
  if (!life_) return;
  say("stackd is gone");
  if (orders_in_flight_ > 0) ++marks_["a crash with an order under way"];
  life_.reset();
  if (disks_full_ > 0) oracle_.forgot();
  orders_in_flight_ = 0;
  oracle_.begin_blind();
}

void World::count_await() {
  if (!awaits_to_crash_) return;
  if (--*awaits_to_crash_ > 0) return;
  awaits_to_crash_.reset();
  crash_now_ = true;
}

void World::run_daemon() {
  if (turns_at_ != clock_.now()) turns_ = 0;
  turns_at_ = clock_.now();
  for (;;) {
    if (crash_now_) {
      crash_now_ = false;
      awaits_to_crash_.reset();
      end_life();
      clock_.call_in(crash_lasts_, [this] { begin_life(); });
    }
    if (!life_ || !life_->turn()) return;
    if (++turns_ > turns_without_time_max) {
      oracle_.break_promise("stackd spins without ever waiting");
      return;
    }
  }
}

void World::run_until(Time end) {
  clock_.call_at(end, [] {});
  while (!oracle_.broken()) {
    run_daemon();
    const std::optional<Time> next = clock_.next();
    if (!next || *next > end) return;
    clock_.advance();
  }
}

// --- orders by people

void World::plan_requests() {
  for (const Request& request : scenario_.requests) {
    clock_.call_at(Time(request.at), [this, &request] {
      waiting_.push_back(request);
      next_request();
    });
  }
}

void World::next_request() {
  if (request_in_hand_ || waiting_.empty()) return;
  request_in_hand_ = true;
  const Request& request = waiting_.front();
  say("? " + std::string(to_string(request.kind)) + " generation " + std::to_string(request.generation));
  end_refused_ = false;
  ++marks_["ordered: " + std::string(to_string(request.kind))];
  oracle_.request_sent(request);
  if (life_) life_->perform(request);
}

void World::answer_request(bool accepted, const std::string& text) {
  say("answered: " + text);
  STACKD_CHECK(request_in_hand_ && !waiting_.empty());
  const RequestKind kind = waiting_.front().kind;
  end_refused_ = !accepted && (kind == RequestKind::down || kind == RequestKind::stop);
  oracle_.request_answered(waiting_.front(), accepted);
  request_in_hand_ = false;
  waiting_.erase(waiting_.begin());
  clock_.call_in(1ms, [this] { next_request(); });
}

// --- when the faults are over

void World::settle() {
  if (oracle_.broken()) return;
  say("the faults are over");
  faults_over_ = true;
  disks_full_ = 0;
  awaits_to_crash_.reset();
  host_.start_engine(true);
  begin_life();
  std::vector<std::string> paused;
  std::vector<std::string> hanging_jobs;  // nothing but a hand from outside ends them
  for (const auto& [id, container] : host_.containers()) {
    if (container.seen.state == ContainerState::paused) paused.push_back(id);
    if (container.hung && scenario_.generations.front().is_job(container.seen.service))
      hanging_jobs.push_back(id);
  }
  for (const std::string& id : hanging_jobs) host_.crash_process(id, 1);
  for (const std::string& id : paused) {
    static_cast<void>(host_.unpause(id, ::stackd::sim::Order{Hand::person, clock_.now()}).ok());
  }
  if (scenario_.deploy_at_end) {
    Request deploy;
    for (const Request& request : scenario_.requests) {
      if (request.kind == RequestKind::deploy) deploy.generation = request.generation;
    }
    clock_.call_in(1s, [this, deploy] {
      waiting_.push_back(deploy);
      next_request();
    });
  }
  run_until(clock_.now() + settle_span);
  if (oracle_.broken()) return;
  if (request_in_hand_ || !waiting_.empty()) oracle_.break_promise("an order was never answered");
  const Record found = record();
  oracle_.check_settled(found);
  if (found.rolls) return shut_down();  // what can't work is being put back, or waits for a person
  const std::uint64_t wakes_before = wakes_;
  run_until(clock_.now() + quiet_span);
  oracle_.check_quiet();
  if (wakes_ - wakes_before > wakes_while_quiet_max) {
    oracle_.break_promise("stackd woke " + std::to_string(wakes_ - wakes_before) +
                          " times in a minute and a half in which nothing happened");
  }
  if (oracle_.broken()) return;
  check_plan();
  shut_down();
}

Record World::record() {
  Record record;
  const std::string& name = scenario_.generations.front().name;
  const auto stack = store_keeper_->stack(name);
  if (!stack || !*stack) return record;
  const std::int64_t number = (*stack)->current_release;
  const auto release = store_keeper_->release(name, number);
  if (release && *release) {
    const Result<json::value> canonical = parse_json((*release)->canonical);
    for (std::size_t g = 0; canonical && g < scenario_.generations.size(); ++g) {
      const auto& services = scenario_.generations.at(g).services;
      const bool same = std::all_of(services.begin(), services.end(), [&](const ServiceDraft& draft) {
        return generation_in(*canonical, draft.name) == draft.generation;
      });
      if (same) record.generation = g;
      if (same && g == oracle_.expectation().generation()) break;  // an earlier one may be equal
    }
  }
  if (release && *release) {
    for (const auto& [service, files] : (*release)->fingerprints)
      record.folders[service] = files.at(folder_file(service));
  }
  const auto jobs = store_keeper_->job_runs(name, number);
  if (jobs) {
    for (const JobRun& run : *jobs) {
      if (run.state == JobState::failed) record.failed_jobs.insert(run.service);
    }
  }
  const auto newest = store_keeper_->deploys(name, 1);
  record.last_failed = newest && !newest->empty() && newest->front().state == DeployState::failed;
  record.disk_was_full =
      record.last_failed && newest->front().cause.find("disk is full") != std::string::npos;
  const auto unfinished = store_keeper_->unfinished_deploys();
  if (unfinished) {
    record.rolls = !unfinished->empty();
    for (const Deploy& deploy : *unfinished) {
      if (deploy.state != DeployState::paused && oracle_.all_works())
        oracle_.break_promise("a deploy never ended: it is " + std::string(to_string(deploy.state)));
    }
  }
  return record;
}

// A deploy that failed leaves the former release current, if that was ever live; what is live is not given
// up.
void World::check_failed_deploy(const std::string& text) {
  if (end_refused_ && text.find(" is cancelled: the stack was ") != std::string::npos)
    oracle_.break_promise("an order that was refused gave up a deploy");
  const bool cancelled = text.find(" is cancelled") != std::string::npos;
  const bool failed =
      text.find(" is failed") != std::string::npos || text.find(" is reverted") != std::string::npos;
  if (!cancelled && !failed) return;
  const std::string id = text.substr(std::string("deploy ").size(), text.find(" is ") - 7);
  const auto deploy = store_keeper_->deploy(id);
  if (!deploy || !*deploy || (*deploy)->former == 0 || disks_full_ > 0) return;
  if (cancelled) {
    const auto given_up = store_keeper_->release((*deploy)->stack, (*deploy)->release);
    const bool was_live = given_up && *given_up && (*given_up)->live_at;
    if (was_live && (*deploy)->release != (*deploy)->former)
      oracle_.break_promise("a release that was live already was given up");
    return;
  }
  ++marks_["a deploy failed"];
  const std::string& name = scenario_.generations.front().name;
  const auto stack = store_keeper_->stack(name);
  const auto former = store_keeper_->release(name, (*deploy)->former);
  const bool was_live = former && *former && (*former)->live_at;
  if (stack && *stack && was_live && (*stack)->current_release != (*deploy)->former)
    oracle_.break_promise("deploy " + id + " failed, and the former release " +
                          std::to_string((*deploy)->former) + " is not the current one");
}

// A release whose page never answers as it must does not become live.
void World::check_live_deploy(const std::string& text) {
  const std::size_t state = text.find(" is live");
  if (state == std::string::npos) return;
  const std::string id = text.substr(std::string("deploy ").size(), state - 7);
  const auto deploy = store_keeper_->deploy(id);
  if (!deploy || !*deploy) return;
  const auto release = store_keeper_->release(scenario_.generations.front().name, (*deploy)->release);
  if (!release || !*release) return;
  const bool in_vain = (*release)->canonical.find("\"status\":418") != std::string::npos;
  if (in_vain) oracle_.break_promise("deploy " + id + " is live, and its page did not answer as it must");
  if ((*release)->canonical.find("\"verify\"") != std::string::npos) ++marks_["a release was verified"];
}

// A release that a rollback made counts its jobs as done.
void World::check_rollback_runs_no_job(const HostContainer& container) {
  const StackDraft& stack = scenario_.generations.front();
  const auto label = container.seen.labels.find(std::string(label::release));
  if (!stack.is_job(container.seen.service) || label == container.seen.labels.end() || !store_keeper_) return;
  const auto release = store_keeper_->release(stack.name, std::atoll(label->second.c_str()));
  if (release && *release && (*release)->copied_from != 0)
    oracle_.break_promise("the job " + container.seen.name + " ran for a release that a rollback made");
}

void World::check_plan() {
  const Expectation& expectation = oracle_.expectation();
  if (!scenario_.deploy_at_end || expectation.stack() != Wanted::up) return;
  if (!expectation.is_deployed() || !expectation.is_generation_certain()) return;
  for (const ServiceDraft& draft : scenario_.generations.front().services) {
    if (expectation.service(draft.name) != Wanted::up || oracle_.may_stay_down(draft)) return;
  }
  for (const auto& [id, container] : host_.containers()) {
    if (container.seen.restart_policy != "no") return;  // a change that no event told; judged elsewhere
  }
  life_->plan(expectation.generation());
  run_until(clock_.now() + 10s);
  if (oracle_.broken()) return;
  if (!life_->planned) return oracle_.break_promise("the plan was never told");
  if (life_->planned->differs) oracle_.break_promise("a deploy of what is live is planned as a new release");
  if (!life_->planned->steps.empty()) {
    oracle_.break_promise("all is as ordered, and the plan has steps: " + life_->planned->steps.front().text +
                          " " + life_->planned->steps.front().service);
  }
}

void World::shut_down() {
  life_->stop();
  run_until(clock_.now() + shutdown_max);
  if (!life_->stopped) oracle_.break_promise("stackd did not end in time when asked to");
}

}  // namespace stackd::sim
