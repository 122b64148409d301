// What a deploy decides beside its machine: what has come of a rollout, how long it may take, what can be
// gone back to, whether anything differs, and where a stackd that was killed goes on.
#include <doctest/doctest.h>

#include "decide/deploy/difference.h"
#include "decide/deploy/judge.h"
#include "decide/deploy/pick_up.h"
#include "decide/deploy/rollback_target.h"
#include "decide/deploy/way_back.h"
#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

namespace {

/// One release of web and a job, all up, and a second one of web on its way.
World rolling() {
  World world;
  world.service("web").health_check = HealthCheck{false, {"CMD", "check"}};
  world.service("migrate").restart.condition = RestartCondition::no;
  world.service("worker");
  world.needs("worker", "migrate", DependencyCondition::completed);
  world.settle();
  world.state();
  world.replace_release();
  ++world.target.desired.release;
  world.stack.services.at("web").hash_text = "{\"image\":\"web:2\"}";
  return world;
}

/// Until nothing is left to do; what is new still has to stay good.
void change_image(World& world) {
  for (int round = 0; round < 20; ++round) {
    world.obey();
    for (auto& [id, container] : world.observed.containers) {
      if (has_health_check(container)) container.health = HealthState::healthy;
    }
    world.learn_now();
  }
}

std::string said(const std::optional<Judgement>& judged) {
  if (!judged) return "nothing yet";
  const std::string event(to_string(judged->event));
  return judged->why.cause.empty() ? event : event + ": " + judged->why.cause;
}

Watch watch_of(World& world, Duration limit) {
  Watch watch;
  watch.patience = Patience(world.now, limit);
  return watch;
}

std::string judged(World& world, const Watch& watch, const Verification* verification = nullptr) {
  return said(judge_rollout(world.state(), world.wall, watch, verification));
}

Past second_release() {
  Past past;
  past.release = past.current = 2;
  past.former = 1;
  past.former_was_live = true;
  return past;
}

Release release_of(std::int64_t number, bool was_live) {
  Release release;
  release.stack = "shop";
  release.number = number;
  if (was_live) release.live_at = WallTime(1h);
  return release;
}

std::string target_text(const RollbackQuestion& question) {
  const Result<std::int64_t> target = rollback_target(question);
  return target ? std::to_string(*target) : target.error().message;
}

}  // namespace

TEST_CASE("a rollout is replaced, watched for as long as monitor says, and good") {
  World world = rolling();
  Watch watch = watch_of(world, 10min);
  CHECK(judged(world, watch) == "nothing yet");
  change_image(world);
  CHECK(judged(world, watch).substr(0, 55) == "replaced: all is replaced; it has to stay good for 5s");
  watch.watching = true;
  CHECK(judged(world, watch) == "nothing yet");
  CHECK(look_again_at(world.state(), world.wall, watch) < watch.patience.until());
  world.pass(6s);
  CHECK(judged(world, watch) == "good");
  CHECK(look_again_at(world.state(), world.wall, watch) == watch.patience.until());
}

TEST_CASE("its addresses are asked when all has stayed good, and have the last word") {
  World world = rolling();
  Watch watch = watch_of(world, 10min);
  Verify page;
  page.url = "http://localhost/";
  page.within = 30s;
  watch.addresses = {page};
  watch.watching = true;
  change_image(world);
  world.pass(6s);
  CHECK(judged(world, watch).substr(0, 37) == "ready: all is ready; http://localhost");
  Verification asked = begin_verification(watch.addresses, world.now);
  CHECK(judged(world, watch, &asked) == "nothing yet");
  note_answer(asked.checks.at(0), {502, {}}, world.now);
  world.pass(31s);
  CHECK(judged(world, watch, &asked).substr(0, 7) == "failed:");
  note_answer(asked.checks.at(0), {200, {}}, world.now);
  CHECK(judged(world, watch, &asked).substr(0, 5) == "good:");
}

TEST_CASE("a job that failed without a word is waited for a moment, for its last words") {
  World world = rolling();
  world.target.learnt.jobs["migrate"].state = JobState::failed;
  world.target.learnt.jobs["migrate"].exit_code = 3;
  world.target.learnt.jobs["migrate"].changed_at = world.wall;
  CHECK_FALSE(failed_job(world.state(), world.wall));
  CHECK(last_words_until(world.state(), world.wall, world.now + 1min) == world.now + last_words_patience);
  world.pass(2s);
  const std::optional<DeployFailure> failure = failed_job(world.state(), world.wall);
  REQUIRE(failure);
  CHECK(failure->cause == "migrate failed with exit code 3");
  CHECK(last_words_until(world.state(), world.wall, world.now + 1min) == world.now + 1min);
}

TEST_CASE("the time in which a job runs does not count, and a late rollout says what is missing") {
  const Time begin(1h);
  Patience patience(begin, 10min);
  CHECK_FALSE(patience.is_over(begin + 9min));
  patience.note_job(begin + 9min);
  CHECK_FALSE(patience.is_over(begin + 18min));
  CHECK(patience.is_over(begin + 19min));
  World world = rolling();
  world.of("web").health = HealthState::starting;
  const Judgement late = judge_late(world.state(), watch_of(world, 10min), nullptr);
  CHECK(late.event == DeployEvent::failed);
  CHECK(late.why.cause.substr(0, 24) == "not live after 10m: web ");
  CHECK(late.why.services == std::set<std::string>{"web"});
}

TEST_CASE("what failed is gone back from on its own, unless a person has to say so") {
  World world = rolling();
  const Past past = second_release();
  CHECK(way_back_after_failure(world.state(), past, {"web"}).way == WayBack::open);

  world.stack.services.at("web").update.failure_action = FailureAction::pause;
  const WayBackChoice asked = way_back_after_failure(world.state(), past, {"web"});
  CHECK(asked.way == WayBack::undecided);
  CHECK(asked.why == "failure_action says pause");
  CHECK(way_back_after_failure(world.state(), past, {"worker"}).way == WayBack::open);

  world.stack.services.at("migrate").extension.migration_reversible = false;
  world.target.learnt.jobs["migrate"].state = JobState::succeeded;
  const WayBackChoice migrated = way_back_after_failure(world.state(), past, {"worker"});
  CHECK(migrated.way == WayBack::undecided);
  CHECK(migrated.why.substr(0, 32) == "migrate has run and can't be und");
  Past copied = past;
  copied.copied_from = 1;  // its jobs did nothing
  CHECK(way_back_after_failure(world.state(), copied, {"worker"}).way == WayBack::open);
}

TEST_CASE("only what was live, and was replaced, can be gone back to") {
  World world = rolling();
  const Past past = second_release();
  CHECK(way_back(past) == WayBack::open);
  Past first = past;
  first.former = 0;
  Past never_live = past;
  never_live.former_was_live = false;
  Past not_yet = past;
  not_yet.current = 1;
  Past unchanged = past;
  unchanged.release = unchanged.current = 1;
  for (const Past& other : {first, never_live, not_yet, unchanged}) {
    CHECK(way_back(other) == WayBack::none);
    CHECK(way_back_after_failure(world.state(), other, {"web"}).way == WayBack::none);
  }
}

TEST_CASE(
    "a release differs in its configuration, an image, what was set, files, or a volume that was lost") {
  Release current = release_of(1, true);
  current.canonical = "{}";
  current.images["web"] = {"web:1", "sha256:1", ""};
  current.fingerprints["web"]["/etc/web.conf"] = "a";
  std::map<std::string, ImageRecord> images = current.images;
  std::map<std::string, std::string> set;
  Fingerprints files = current.fingerprints;
  std::set<std::string> emptied;
  std::string canonical = "{}";
  const Asked asked{canonical, images, set, files, emptied};
  CHECK_FALSE(differs(current, asked));
  images["web"].id = "sha256:2";
  CHECK(differs(current, asked));
  images = current.images;
  files["web"]["/etc/web.conf"] = "b";
  CHECK(differs(current, asked));
  files = current.fingerprints;
  set["TAG"] = "2";
  CHECK(differs(current, asked));
  set.clear();
  emptied.insert("data");
  CHECK(differs(current, asked));
  emptied.clear();
  canonical = "{\"name\":\"shop\"}";
  CHECK(differs(current, asked));
  canonical = "{}";
  CHECK_FALSE(differs(current, asked));
}

TEST_CASE("a rollback means what was live before; while a deploy is on its way, what is current still") {
  RollbackQuestion question;
  question.stack = "shop";
  question.current = 3;
  question.releases = {release_of(3, true), release_of(2, false), release_of(1, true)};
  CHECK(target_text(question) == "1");
  question.is_overtaken = true;
  CHECK(target_text(question) == "3");
  question.is_overtaken = false;
  question.to = 2;
  CHECK(target_text(question) == "release 2 was never live");
  question.to = 3;
  CHECK(target_text(question) == "release 3 is the current one");
  question.to = 7;
  CHECK(target_text(question) == "stack shop has no release 7; `stackctl history` shows those that are kept");
  question.to.reset();
  question.releases = {release_of(3, true)};
  CHECK(target_text(question) == "no release of shop was live before the current one");
}

TEST_CASE("a job that can't be undone stands between, whatever became of its release") {
  const std::vector<IrreversibleRun> runs = {{4, "migrate"}, {2, "migrate"}};
  CHECK(check_reversible(runs, 4).ok());
  const Result<void> refused = check_reversible(runs, 3);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.substr(0, 42) == "migrate of release 4 can't be undone (migr");
}

TEST_CASE("a stackd that was killed keeps from the first look on what the one before kept") {
  Past past = second_release();
  CHECK(pick_up(DeployState::rolling, past) == PickUp::rolling);
  CHECK(pick_up(DeployState::watching, past) == PickUp::rolling);
  CHECK(pick_up(DeployState::paused, past) == PickUp::paused);
  CHECK(pick_up(DeployState::gating, past) == PickUp::rolling);  // the state could not be recorded in time
  CHECK(pick_up(DeployState::reverting, past) == PickUp::current);
  past.current = 1;
  CHECK(pick_up(DeployState::gating, past) == PickUp::gate);
  CHECK(pick_up(DeployState::rolling, past) == PickUp::current);
  CHECK(pick_up(DeployState::reverting, past) == PickUp::reverting);
  past.current = 2;
  past.former_was_live = false;
  CHECK(pick_up(DeployState::paused, past) == PickUp::current);
  CHECK(pick_up(DeployState::rolling, past) == PickUp::first);  // with nothing to go back to
}

TEST_CASE("killed between a release being live and its deploy saying so, it is live") {
  Past past = second_release();
  CHECK(restart_event(DeployState::watching, past, true) == DeployEvent::restarted_live);
  CHECK(restart_event(DeployState::watching, past, false) == DeployEvent::restarted);
  CHECK(restart_event(DeployState::paused, past, true) == DeployEvent::restarted);
  past.former = 2;  // a deploy that found nothing to do
  CHECK(restart_event(DeployState::rolling, past, true) == DeployEvent::restarted);
}
