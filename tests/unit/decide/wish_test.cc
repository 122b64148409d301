// What is wished to run after an order: the table of wish.h, and what follows from it.
#include "decide/keep/wish.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "decide/replace/conditions.h"
#include "decide/replace/gate.h"
#include "unit/decide/world.h"

using namespace stackd;
using namespace stackd::decide;
using namespace stackd::decide::testing;

namespace {

/// postgres ← migrate ← web; postgres ← bot; import, a job that only bot waits for.
World house() {
  World world = shop();
  world.service("bot");
  world.service("import").restart.condition = RestartCondition::no;
  world.needs("import", "postgres", DependencyCondition::healthy);
  world.needs("bot", "import", DependencyCondition::completed);
  return world;
}

std::string word_of(ServiceStop stop) {
  switch (stop) {
    case ServiceStop::person:
      return "person";
    case ServiceStop::outside:
      return "outside";
    case ServiceStop::rest:
      return "rest";
    case ServiceStop::made:
      return "made";
  }
  return {};
}

std::string text_of(const Wishes& wishes) {
  std::string text(to_string(wishes.stack));
  for (const auto& [name, stop] : wishes.stopped) text += " " + name + ":" + word_of(stop);
  return text;
}

Wishes stack_is(StackWish wish, std::map<std::string, ServiceStop> stopped = {}) {
  Wishes wishes;
  wishes.stack = wish;
  wishes.stopped = std::move(stopped);
  return wishes;
}

}  // namespace

TEST_CASE("what is wished after a start") {
  World world = house();
  const Stack& stack = world.stack;
  struct Row {
    Wishes before;
    std::vector<std::string> named;
    std::string after;
  };
  const std::vector<Row> rows = {
      {stack_is(StackWish::stopped), {}, "running"},
      {stack_is(StackWish::stopped, {{"web", ServiceStop::person}}), {}, "running"},
      {stack_is(StackWish::stopped), {"web"}, "running bot:rest import:rest"},
      {stack_is(StackWish::down, {{"postgres", ServiceStop::person}}),
       {"web"},
       "running bot:rest import:rest"},
      {stack_is(StackWish::running, {{"bot", ServiceStop::rest}, {"import", ServiceStop::rest}}),
       {"bot"},
       "running"},
      {stack_is(StackWish::running, {{"web", ServiceStop::made}, {"migrate", ServiceStop::made}}),
       {"web"},
       "running"},
      {stack_is(StackWish::running, {{"postgres", ServiceStop::person}}), {"web"}, "running postgres:person"},
      {stack_is(StackWish::created, {{"bot", ServiceStop::made}}), {"web"}, "running bot:made import:rest"},
  };
  for (const Row& row : rows) {
    CAPTURE(text_of(row.before));
    CAPTURE(join(row.named, " "));
    CHECK(text_of(wishes_after_start(row.before, stack, row.named)) == row.after);
  }
}

TEST_CASE("what is wished after a deploy") {
  World world = house();
  const Stack& stack = world.stack;
  const std::string all_made = "created bot:made import:made migrate:made postgres:made web:made";
  struct Row {
    Wishes before;
    DeployScope scope;
    std::string after;
  };
  const std::vector<Row> rows = {
      {stack_is(StackWish::stopped), {true, {}}, "running"},
      {stack_is(StackWish::running, {{"web", ServiceStop::person}, {"bot", ServiceStop::outside}}),
       {true, {}},
       "running web:person"},
      {stack_is(StackWish::running, {{"migrate", ServiceStop::person}}), {true, {}}, "running"},
      {stack_is(StackWish::stopped), {true, {"web"}}, "running bot:rest import:rest"},
      {stack_is(StackWish::running, {{"bot", ServiceStop::rest}, {"import", ServiceStop::rest}}),
       {true, {"web"}},
       "running bot:rest import:rest"},
      {stack_is(StackWish::running, {{"bot", ServiceStop::rest}, {"import", ServiceStop::rest}}),
       {true, {"bot"}},
       "running"},
      {stack_is(StackWish::stopped), {false, {}}, all_made},
      {stack_is(StackWish::down), {false, {}}, all_made},
      {stack_is(StackWish::created), {false, {}}, all_made},
      {stack_is(StackWish::stopped, {{"bot", ServiceStop::person}}),
       {false, {"web"}},
       "created bot:person import:rest migrate:made postgres:made web:made"},
      {stack_is(StackWish::running), {false, {}}, "running"},
      {stack_is(StackWish::running, {{"web", ServiceStop::made}, {"import", ServiceStop::rest}}),
       {false, {"web"}},
       "running import:rest"},
  };
  for (const Row& row : rows) {
    CAPTURE(text_of(row.before));
    CAPTURE(row.scope.start);
    CAPTURE(join(row.scope.services, " "));
    const bool is_up = row.before.stack == StackWish::running;
    const Wishes after = wishes_after_deploy(row.before, stack, row.scope, is_up);
    CHECK(text_of(after) == row.after);
  }
}

TEST_CASE("what is only to be made is made, settled, and not started; a start starts it") {
  World world = house();
  world.wishes = wishes_after_deploy({}, world.stack, {false, {}}, false);
  world.obey();
  CHECK(world.observed.containers.size() == 5);
  CHECK(world.plan().steps.empty());
  CHECK(is_settled(world.state()));
  CHECK(explain(world.state(), world.stack.services.at("web")).state == ServiceState::created);
  world.wishes = wishes_after_start(world.wishes, world.stack, {"web"});
  world.settle();
  CHECK(world.up("web").size() == 1);
  CHECK(world.up("bot").empty());
  CHECK(world.target.learnt.jobs.count("import") == 0);
  CHECK(is_settled(world.state()));
  world.wishes = wishes_after_start(world.wishes, world.stack, {});
  world.settle();
  CHECK(world.up("bot").size() == 1);
}

TEST_CASE("a stop that is under way goes on when everything is only to be made") {
  World world = house();
  world.settle();
  world.wishes = wishes_after_deploy(stack_is(StackWish::stopped), world.stack, {false, {}}, false);
  CHECK(world.plan_text().find("stop postgres") == std::string::npos);
  world.obey();
  CHECK(world.up("web").empty());
  world.obey();
  CHECK(world.up("postgres").empty());
  CHECK(world.plan().steps.empty());
}

TEST_CASE("what runs beside a job that is only made is kept up") {
  World world = house();
  world.settle();
  world.target.learnt.jobs.clear();
  ++world.target.desired.release;
  world.wishes =
      stack_is(StackWish::running, {{"migrate", ServiceStop::made}, {"import", ServiceStop::made}});
  world.pass(1min);
  world.dies("web", 1);
  CHECK(world.plan_text().find("start web") != std::string::npos);
  CHECK(world.plan_text().find("start migrate") == std::string::npos);
}

TEST_CASE("a gate runs no job of what is left down") {
  World world = house();
  world.state();
  Target next = world.target;
  next.desired.release = 2;
  const Target view = gate_view(world.target, next, {false, {"bot", "import"}, {}});
  CHECK(view.desired.stack->services.count("migrate") == 1);
  CHECK(view.desired.stack->services.count("import") == 0);
}
TEST_CASE(
    "a gate runs no job that the named services do not need, and starts nothing that was stopped beside it") {
  World world = shop();
  world.service("other");
  world.state();
  const Wishes up = stack_is(StackWish::running, {});
  const std::set<std::string> left = left_out_of_gate(up, world.stack, {true, {"other"}});
  CHECK(left.count("migrate") == 1);
  CHECK(left.count("other") == 0);
  CHECK(left_out_of_gate(up, world.stack, {true, {"web"}}).count("migrate") == 0);
  CHECK(left_out_of_gate(up, world.stack, {}).empty());
  Learnt before;
  before.jobs["migrate"].state = JobState::succeeded;
  CHECK(jobs_left_alone(world.stack, before, {true, {"other"}}) == std::set<std::string>{"migrate"});
  CHECK(jobs_left_alone(world.stack, before, {true, {"web"}}).empty());
  CHECK(jobs_left_alone(world.stack, before, {}).empty());
  before.jobs["migrate"].state = JobState::failed;
  CHECK(jobs_left_alone(world.stack, before, {true, {"other"}}).empty());

  Wishes some = stack_is(StackWish::running, {{"postgres", ServiceStop::rest}, {"web", ServiceStop::rest}});
  some.ended = {"postgres", "other"};
  const Wishes during = wishes_in_gate(some, up, world.stack);
  CHECK(during.stopped == std::map<std::string, ServiceStop>{{"web", ServiceStop::rest}});
  CHECK(during.ended == std::set<std::string>{"other"});
}
