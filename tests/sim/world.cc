#include "sim/world.h"

#include "base/check.h"
#include "base/log.h"

namespace stackd::sim {
namespace {

using namespace std::chrono_literals;

constexpr int turns_without_time_max = 200000;

}  // namespace

World::World(const Scenario& scenario, Trace& trace, Marks& marks)
    : around_(scenario, trace, marks),
      oracles_(scenario, around_.clock, around_.host, marks),
      faults_(around_, oracles_) {
  for (const auto& oracle : oracles_.all()) tenants_.push_back(std::make_unique<Tenant>(around_, *oracle));
  faults_.stackd_lives = [this] { return life_ != nullptr; };
  set_log_sink([this](LogLevel level, const LogSubject& subject, std::string_view text) {
    if (level == LogLevel::error) ++around_.marks["stackd logged an error"];
    around_.say("log " + subject.service + " " + std::string(text));
    for (const auto& tenant : tenants_) {
      if (tenant->story.name() != subject.stack) continue;
      tenant->oracle.said(std::string(text));
      tenant->deploys.said(std::string(text));
    }
  });
}

World::~World() {
  life_.reset();
  set_log_sink({});
}

Outcome World::run() {
  around_.populate();
  watch();
  faults_.plan();
  begin_life();
  for (const auto& tenant : tenants_) tenant->orders.plan();
  run_until(Time(around_.scenario.faults_end));
  settle();
  Outcome outcome;
  outcome.broken = oracles_.broken();
  outcome.hash = around_.trace.hash();
  outcome.events = around_.trace.lines();
  outcome.simulated = around_.clock.now().time_since_epoch();
  return outcome;
}

void World::watch() {
  around_.host.on_happening = [this](const Happening& happening) { this->happened(happening); };
  around_.engine.on_call = [this](const Call& call) {
    around_.say("> " + call.text);
    ++wakes_;
    if (call.order) ++orders_in_flight_;
    oracles_.called(call.text, call.order);
    faults_.count_await();
  };
  around_.engine.on_answer = [this](const Call& call, const std::string& outcome) {
    around_.say("< " + call.text + ": " + outcome);
    if (call.order) --orders_in_flight_;
  };
  around_.http.on_answer = [this](const std::string& url, int status) {
    around_.say("visited " + url + ": " + std::to_string(status));
    ++around_.marks[status == 0 ? "a page did not answer" : "a page answered"];
  };
  around_.clock.on_sleep = [this] {
    ++wakes_;
    faults_.count_await();
  };
}

void World::happened(const Happening& happening) {
  std::string text(to_string(happening.kind));
  if (happening.container != nullptr) text += " " + happening.container->seen.name;
  if (!happening.name.empty()) text += " " + happening.name;
  if (happening.kind == HappeningKind::died)
    text += " with " + std::to_string(happening.container->ended_with);
  around_.say(text + " by " + std::string(to_string(happening.order.hand)));
  if (happening.kind == HappeningKind::engine_went) {
    oracles_.begin_blind();
  } else if (happening.kind == HappeningKind::engine_came) {
    around_.clock.call_in(look_after_outage, [this] { oracles_.end_blind(); });
  }
  oracles_.happened(happening);
  for (const auto& tenant : tenants_) tenant->deploys.happened(happening);
}

void World::begin_life() {
  if (life_) return;
  around_.say("stackd starts");
  life_ = std::make_unique<Life>(around_, around_.scenario.seed * 1000003 + 100 + ++lives_);
  const Result<void> started = life_->start();
  if (!started) oracles_.break_promise("stackd does not start: " + started.error().message);
  if (lives_ > 1) around_.clock.call_in(look_after_crash, [this] { oracles_.end_blind(); });
  for (const auto& tenant : tenants_) tenant->orders.stackd_began(*life_);
}

void World::end_life() {
  if (!life_) return;
  around_.say("stackd is gone");
  if (orders_in_flight_ > 0) ++around_.marks["a crash with an order under way"];
  for (const auto& tenant : tenants_) tenant->orders.stackd_ended();
  life_.reset();
  if (around_.disks_full > 0) oracles_.forgot();
  orders_in_flight_ = 0;
  oracles_.stackd_died();
  oracles_.begin_blind();
}

void World::run_daemon() {
  if (turns_at_ != around_.clock.now()) turns_ = 0;
  turns_at_ = around_.clock.now();
  for (;;) {
    if (const std::optional<Duration> away = faults_.take_crash()) {
      end_life();
      around_.clock.call_in(*away, [this] { begin_life(); });
    }
    if (!life_ || !life_->turn()) return;
    if (++turns_ <= turns_without_time_max) continue;
    return oracles_.break_promise("stackd spins without ever waiting");
  }
}

void World::run_until(Time end) {
  around_.clock.call_at(end, [] {});
  while (!oracles_.broken()) {
    run_daemon();
    const std::optional<Time> next = around_.clock.next();
    if (!next || *next > end) return;
    around_.clock.advance();
  }
}

}  // namespace stackd::sim
