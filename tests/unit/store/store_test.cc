#include <doctest/doctest.h>

#include "records.h"
#include "store/sqlite_store.h"

namespace stackd::store {
namespace {

std::unique_ptr<Store> new_store() {
  Result<std::unique_ptr<Store>> store = open_memory_store("store_test");
  REQUIRE(store);
  return *std::move(store);
}

std::unique_ptr<Store> with_stack(const std::string& name) {
  std::unique_ptr<Store> store = new_store();
  REQUIRE(store->put_stack(full_stack(name)));
  return store;
}

std::int64_t add_release(Store& store, const std::string& stack, const std::string& deploy_id) {
  REQUIRE(store.put_deploy(full_deploy(deploy_id, stack)));
  Result<std::int64_t> number = store.add_release(full_release(stack), deploy_id);
  REQUIRE(number);
  return *number;
}

TEST_CASE("a stack comes back as it was put, and is replaced by the next put") {
  auto store = with_stack("shop");
  StackRecord read = (*store->stack("shop")).value();
  const StackRecord put = full_stack("shop");
  CHECK(read.wish == put.wish);
  CHECK(read.stopped_services == put.stopped_services);
  CHECK(read.ended_services == put.ended_services);
  CHECK(read.working_dir == put.working_dir);
  CHECK(read.config_files == put.config_files);
  CHECK(read.profiles == put.profiles);
  CHECK(read.hold_reason == put.hold_reason);

  StackRecord changed;
  changed.name = "shop";
  REQUIRE(store->put_stack(changed));
  read = (*store->stack("shop")).value();
  CHECK(read.wish == StackWish::running);
  CHECK(read.stopped_services.empty());
  CHECK(read.hold_reason.empty());
  CHECK_FALSE(store->stack("other")->has_value());
}

TEST_CASE("stacks come in the order of their names") {
  auto store = with_stack("b");
  REQUIRE(store->put_stack(full_stack("a")));
  std::vector<StackRecord> all = *store->stacks();
  REQUIRE(all.size() == 2);
  CHECK(all.front().name == "a");
}

TEST_CASE("a deploy comes back as it was put") {
  auto store = with_stack("shop");
  const Deploy put = full_deploy("d1", "shop");
  REQUIRE(store->put_deploy(put));
  Deploy read = (*store->deploy("d1")).value();
  CHECK(read.stack == put.stack);
  CHECK(read.kind == put.kind);
  CHECK(read.state == put.state);
  CHECK(read.release == put.release);
  CHECK(read.former == put.former);
  CHECK(read.canonical == put.canonical);
  check_equal(read.source, put.source);
  CHECK(read.services == put.services);
  CHECK(read.start == put.start);
  CHECK(read.cause == put.cause);
  CHECK(read.last_words == put.last_words);
  CHECK(read.plan == put.plan);
  CHECK(read.requested_at == put.requested_at);
  CHECK(read.ended_at == put.ended_at);
}

TEST_CASE("deploys are listed newest first, the unfinished ones oldest first") {
  auto store = with_stack("shop");
  for (const char* id : {"d1", "d2", "d3"}) REQUIRE(store->put_deploy(full_deploy(id, "shop")));
  Deploy ended = full_deploy("d2", "shop");
  ended.state = DeployState::live;
  REQUIRE(store->put_deploy(ended));

  std::vector<Deploy> newest = *store->deploys("shop", 2);
  REQUIRE(newest.size() == 2);
  CHECK(newest[0].id == "d3");
  CHECK(newest[1].id == "d2");
  std::vector<Deploy> unfinished = *store->unfinished_deploys();
  REQUIRE(unfinished.size() == 2);
  CHECK(unfinished[0].id == "d1");
  CHECK(unfinished[1].id == "d3");
}

TEST_CASE("a release is numbered within its stack, and its deploy learns the number") {
  auto store = with_stack("shop");
  REQUIRE(store->put_stack(full_stack("blog")));
  CHECK(add_release(*store, "shop", "d1") == 1);
  CHECK(add_release(*store, "shop", "d2") == 2);
  CHECK(add_release(*store, "blog", "d3") == 1);
  CHECK((*store->deploy("d2")).value().release == 2);
}

TEST_CASE("a release comes back as it was added, briefly without its text") {
  auto store = with_stack("shop");
  add_release(*store, "shop", "d1");
  const Release put = full_release("shop");
  Release read = (*store->release("shop", 1)).value();
  CHECK(read.stack == "shop");
  CHECK(read.number == 1);
  CHECK(read.canonical == put.canonical);
  CHECK(read.images.at("web").id == "sha256:01");
  CHECK(read.fingerprints == put.fingerprints);
  check_equal(read.source, put.source);
  CHECK(read.copied_from == put.copied_from);
  CHECK(read.created_at == put.created_at);
  CHECK_FALSE(read.live_at);

  CHECK(store->releases("shop", true)->front().canonical.empty());
  CHECK(store->releases("shop", false)->front().canonical == put.canonical);
  CHECK_FALSE(store->release("shop", 2)->has_value());
}

TEST_CASE("the number of a deleted release is never given again") {
  auto store = with_stack("shop");
  add_release(*store, "shop", "d1");
  add_release(*store, "shop", "d2");
  REQUIRE(store->delete_release("shop", 2));
  REQUIRE(store->put_stack(full_stack("shop")));
  CHECK(add_release(*store, "shop", "d3") == 3);
  std::vector<Release> left = *store->releases("shop", true);
  REQUIRE(left.size() == 2);
  CHECK(left.front().number == 3);
}

TEST_CASE("a release without its stack or its deploy is not found and leaves no number behind") {
  auto store = new_store();
  Result<std::int64_t> orphan = store->add_release(full_release("shop"), "d1");
  REQUIRE_FALSE(orphan);
  CHECK(orphan.error().kind == ErrorKind::not_found);

  REQUIRE(store->put_stack(full_stack("shop")));
  orphan = store->add_release(full_release("shop"), "d1");
  REQUIRE_FALSE(orphan);
  CHECK(orphan.error().kind == ErrorKind::not_found);
  CHECK(add_release(*store, "shop", "d1") == 1);
}

TEST_CASE("the current release and its going live are one change") {
  auto store = with_stack("shop");
  add_release(*store, "shop", "d1");
  StackRecord record = full_stack("shop");
  record.current_release = 1;
  record.working_dir = "/srv/moved";
  REQUIRE(store->put_current(record, std::nullopt));
  CHECK((*store->stack("shop")).value().current_release == 1);
  CHECK_FALSE((*store->release("shop", 1)).value().live_at);
  REQUIRE(store->put_current(record, moment(9)));
  CHECK((*store->release("shop", 1)).value().live_at == moment(9));
  REQUIRE(store->put_current(record, std::nullopt));
  CHECK((*store->release("shop", 1)).value().live_at == moment(9));

  record.current_release = 2;
  record.working_dir = "/srv/nowhere";
  Result<void> absent = store->put_current(record, moment(9));
  REQUIRE_FALSE(absent);
  CHECK(absent.error().kind == ErrorKind::not_found);
  CHECK((*store->stack("shop")).value().current_release == 1);
  CHECK((*store->stack("shop")).value().working_dir == "/srv/moved");
}

TEST_CASE("the current release can't be deleted") {
  auto store = with_stack("shop");
  add_release(*store, "shop", "d1");
  StackRecord record = full_stack("shop");
  record.current_release = 1;
  REQUIRE(store->put_stack(record));
  Result<void> deleted = store->delete_release("shop", 1);
  REQUIRE_FALSE(deleted);
  CHECK(deleted.error().kind == ErrorKind::conflict);
  CHECK(store->release("shop", 1)->has_value());
}

TEST_CASE("a job's run is kept per release and service, the last put counts, and goes with the release") {
  auto store = with_stack("shop");
  add_release(*store, "shop", "d1");
  add_release(*store, "shop", "d2");
  JobRun run{"shop", 1, "migrate", "c1", JobState::intended, 0, "", moment(1)};
  REQUIRE(store->put_job_run(run));
  run = {"shop", 1, "migrate", "c1", JobState::failed, 3, "no such table", moment(2)};
  REQUIRE(store->put_job_run(run));

  std::vector<JobRun> runs = *store->job_runs("shop", 1);
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].service == "migrate");
  CHECK(runs[0].container_id == "c1");
  CHECK(runs[0].state == JobState::failed);
  CHECK(runs[0].exit_code == 3);
  CHECK(runs[0].last_words == "no such table");
  CHECK(runs[0].changed_at == moment(2));
  CHECK(store->job_runs("shop", 2)->empty());

  REQUIRE(store->delete_release("shop", 1));
  CHECK(store->job_runs("shop", 1)->empty());
  Result<void> late = store->put_job_run(run);
  REQUIRE_FALSE(late);
  CHECK(late.error().kind == ErrorKind::not_found);
}

TEST_CASE("a step has no end until its outcome is known") {
  auto store = with_stack("shop");
  REQUIRE(store->put_deploy(full_deploy("d1", "shop")));
  std::int64_t first = *store->add_step("d1", "create web-1", moment(1));
  std::int64_t second = *store->add_step("d1", "start web-1", moment(2));
  CHECK(first != second);
  REQUIRE(store->end_step(first, "done", moment(3)));

  std::vector<StepRecord> steps = *store->steps("d1");
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].text == "create web-1");
  CHECK(steps[0].begun_at == moment(1));
  CHECK(steps[0].outcome == "done");
  CHECK(steps[0].ended_at == moment(3));
  CHECK_FALSE(steps[1].ended_at);
  CHECK(store->end_step(99, "done", moment(3)).error().kind == ErrorKind::not_found);
  CHECK(store->add_step("d9", "start web-1", moment(3)).error().kind == ErrorKind::not_found);
}

JournalEntry entry(const std::string& stack, std::int64_t second, const std::string& text) {
  return JournalEntry{0, moment(second), stack, "web", 3, "d1", "started", text};
}

TEST_CASE("the journal is read on from an id, of one stack or of all") {
  auto store = new_store();
  REQUIRE(store->add_journal(entry("shop", 1, "one")));
  REQUIRE(store->add_journal(entry("blog", 2, "two")));
  REQUIRE(store->add_journal(entry("shop", 3, "three")));

  std::vector<JournalEntry> all = *store->journal("", 0, 10);
  REQUIRE(all.size() == 3);
  CHECK(all[1].text == "two");
  CHECK(all[1].at == moment(2));
  CHECK(all[1].service == "web");
  CHECK(all[1].release == 3);
  CHECK(all[1].deploy_id == "d1");
  CHECK(all[1].kind == "started");

  std::vector<JournalEntry> rest = *store->journal("shop", all[0].id, 10);
  REQUIRE(rest.size() == 1);
  CHECK(rest[0].text == "three");
  CHECK(store->journal("", 0, 2)->size() == 2);
}

TEST_CASE("the journal's tail is its newest part, in order, and old entries can be trimmed") {
  auto store = new_store();
  for (int second = 1; second <= 5; ++second)
    REQUIRE(store->add_journal(entry(second % 2 == 0 ? "blog" : "shop", second, std::to_string(second))));
  std::vector<JournalEntry> tail = *store->journal_tail("shop", 2);
  REQUIRE(tail.size() == 2);
  CHECK(tail[0].text == "3");
  CHECK(tail[1].text == "5");
  CHECK(store->journal_tail("", 3)->front().text == "3");

  REQUIRE(store->trim_journal(moment(4)));
  CHECK(store->journal("", 0, 10)->front().text == "4");
  std::int64_t last = store->journal_tail("", 1)->front().id;
  REQUIRE(store->trim_journal(moment(9)));
  REQUIRE(store->add_journal(entry("shop", 9, "new")));
  CHECK(store->journal_tail("", 1)->front().id == last + 1);
}

TEST_CASE("a forgotten stack takes everything along and leaves the others") {
  auto store = with_stack("shop");
  REQUIRE(store->put_stack(full_stack("blog")));
  add_release(*store, "shop", "d1");
  add_release(*store, "blog", "d2");
  REQUIRE(store->add_step("d1", "start", moment(1)));
  REQUIRE(store->put_job_run({"shop", 1, "migrate", "", JobState::succeeded, 0, "", moment(1)}));
  REQUIRE(store->add_journal(entry("shop", 1, "one")));
  REQUIRE(store->add_journal(entry("blog", 1, "two")));
  REQUIRE(store->ledgers().put_boot_id("blog", "boot-1"));

  REQUIRE(store->forget_stack("shop"));
  CHECK_FALSE(store->stack("shop")->has_value());
  CHECK_FALSE(store->deploy("d1")->has_value());
  CHECK(store->releases("shop", true)->empty());
  CHECK(store->steps("d1")->empty());
  CHECK(store->job_runs("shop", 1)->empty());
  CHECK(store->journal("", 0, 10)->size() == 1);
  CHECK(store->release("blog", 1)->has_value());
  CHECK(*store->ledgers().boot_id("blog") == "boot-1");
}

TEST_CASE("stores of one name in memory share what was committed, as long as one of them lives") {
  auto world = with_stack("shop");
  {
    auto daemon = new_store();
    REQUIRE(daemon->put_stack(full_stack("blog")));
  }
  auto restarted = new_store();
  CHECK(restarted->stack("blog")->has_value());
  CHECK(restarted->stack("shop")->has_value());
  world.reset();
  restarted.reset();
  CHECK_FALSE(new_store()->stack("blog")->has_value());
}

}  // namespace
}  // namespace stackd::store
