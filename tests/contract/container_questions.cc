#include <algorithm>

#include "contract/engine_questions.h"
#include "contract/site.h"

namespace stackd::contract {
namespace {

// Not braced inside the coroutine: g++ 12 does not compile it.
const std::vector<std::string> policies{"unless-stopped", "on-failure:3", "no"};
const std::vector<EventKind> life_of_a_job{EventKind::container_created, EventKind::container_started,
                                           EventKind::container_died};

std::vector<EventKind> kinds_of(const std::vector<EngineEvent>& events) {
  std::vector<EventKind> kinds;
  for (const EngineEvent& event : events) kinds.push_back(event.kind);
  return kinds;
}

bool has(const std::vector<EngineEvent>& events, EventKind kind) {
  const std::vector<EventKind> kinds = kinds_of(events);
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

Task<void> says_its_version(Bench& bench) {
  Result<engine::EngineInfo> info = co_await bench.engine().info();
  REQUIRE(info.ok());
  CHECK_FALSE(info->version.empty());
  CHECK(info->api_version.substr(0, 2) == "1.");
  CHECK(info->os == "linux");
}

Task<void> created_as_described(Bench& bench) {
  Site site(bench, "ask-created");
  site.add("web", Work::serves);
  co_await site.prepare();
  Result<ObservedImage> image = co_await bench.engine().inspect_image(bench.image());
  REQUIRE(image.ok());
  engine::ContainerSpec spec = site.spec("web");
  spec.image_id = image->id;
  Result<std::string> id = co_await bench.engine().create_container(std::move(spec));
  REQUIRE_MESSAGE(id.ok(), id.error().message);
  const ObservedContainer web = co_await site.look(*id);
  CHECK(web.id == *id);
  CHECK(web.name == "ask-created-web-1");
  CHECK(web.state == ContainerState::created);
  CHECK(web.health == HealthState::none);
  CHECK(web.started_at == WallTime{});
  CHECK(web.image_id == image->id);
  CHECK(web.image_reference == bench.image());
  CHECK(web.restart_policy == "no");
  CHECK(web.project == "ask-created");
  CHECK(web.service == "web");
  CHECK(web.number == 1);
  CHECK(web.config_hash == "hh");
  CHECK_FALSE(web.oneoff);
  CHECK(web.labels.at(std::string(label::release)) == "1");
  CHECK(web.labels.at(std::string(label::image)) == image->id);
  CHECK(web.networks.count("ask-created_default") == 1);
  CHECK(web.health_check.retries == 2);
  Result<ObservedContainer> by_name = co_await bench.engine().inspect_container("ask-created-web-1");
  REQUIRE(by_name.ok());
  CHECK(by_name->id == *id);
  co_await site.clean();
}

Task<void> one_name_one_container(Bench& bench) {
  Site site(bench, "ask-twice");
  site.add("web", Work::serves);
  co_await site.prepare();
  const std::string id = co_await site.create("web");
  engine::ContainerSpec again = site.spec("web");
  const Result<std::string> second = co_await bench.engine().create_container(std::move(again));
  CHECK(kind_of(second) == "conflict");
  co_await site.clean();
}

Task<void> no_image_no_container(Bench& bench) {
  Site site(bench, "ask-image");
  site.add("web", Work::serves);
  co_await site.prepare();
  engine::ContainerSpec absent = site.spec("web");
  absent.image = "no-such-image:1";
  const Result<std::string> first = co_await bench.engine().create_container(std::move(absent));
  CHECK(kind_of(first) == "not_found");
  engine::ContainerSpec other = site.spec("web");
  other.image_id = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
  const Result<std::string> second = co_await bench.engine().create_container(std::move(other));
  CHECK(kind_of(second) == "conflict");
  Result<std::vector<engine::ContainerSummary>> left = co_await bench.engine().list_containers("ask-image");
  REQUIRE(left.ok());
  CHECK(left->empty());
  co_await site.clean();
}

Task<void> start_and_stop_twice(Bench& bench) {
  Site site(bench, "ask-start");
  site.add("web", Work::serves);
  co_await site.prepare();
  const std::string id = co_await site.start("web");
  const Result<void> again = co_await bench.engine().start_container(id);
  CHECK(kind_of(again) == "ok");
  const ObservedContainer running = co_await site.look(id);
  CHECK(running.state == ContainerState::running);
  CHECK(running.started_at != WallTime{});
  const Result<void> stopped = co_await bench.engine().stop_container(id, std::chrono::seconds(5));
  CHECK(kind_of(stopped) == "ok");
  const Result<void> stopped_again = co_await bench.engine().stop_container(id, std::nullopt);
  CHECK(kind_of(stopped_again) == "ok");
  const ObservedContainer ended = co_await site.look(id);
  CHECK(ended.state == ContainerState::exited);
  CHECK(ended.exit_code == 0);
  CHECK(ended.finished_at >= ended.started_at);
  const Result<void> killed = co_await bench.engine().kill_container(id, "SIGKILL");
  CHECK(kind_of(killed) == "conflict");
  co_await site.clean();
}

Task<void> what_is_not_there(Bench& bench) {
  Engine& engine = bench.engine();
  const std::string id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  const Result<ObservedContainer> seen = co_await engine.inspect_container(id);
  CHECK(kind_of(seen) == "not_found");
  const Result<void> started = co_await engine.start_container(id);
  CHECK(kind_of(started) == "not_found");
  const Result<void> stopped = co_await engine.stop_container(id, std::nullopt);
  CHECK(kind_of(stopped) == "not_found");
  const Result<void> renamed = co_await engine.rename_container(id, "ask-nobody");
  CHECK(kind_of(renamed) == "not_found");
  const Result<void> removed = co_await engine.remove_container(id, true, false);
  CHECK(kind_of(removed) == "ok");
  engine::ExecSpec exec;
  exec.container_id = id;
  exec.command = {"true"};
  const Result<std::string> session = co_await engine.create_exec(std::move(exec));
  CHECK(kind_of(session) == "not_found");
  engine::ContainerFile file;
  file.path = "/x";
  file.content = "x";
  const Result<void> put = co_await engine.put_file(id, std::move(file));
  CHECK(kind_of(put) == "not_found");
  const Result<ObservedNetwork> network = co_await engine.inspect_network("ask-nothing");
  CHECK(kind_of(network) == "not_found");
  const Result<void> network_removed = co_await engine.remove_network("ask-nothing");
  CHECK(kind_of(network_removed) == "not_found");
  const Result<ObservedVolume> volume = co_await engine.inspect_volume("ask-nothing");
  CHECK(kind_of(volume) == "not_found");
  const Result<void> volume_removed = co_await engine.remove_volume("ask-nothing");
  CHECK(kind_of(volume_removed) == "not_found");
  const Result<ObservedImage> image = co_await engine.inspect_image("ask-nothing:1");
  CHECK(kind_of(image) == "not_found");
}

Task<void> removal_needs_force_while_running(Bench& bench) {
  Site site(bench, "ask-remove");
  site.add("web", Work::serves);
  co_await site.prepare();
  const std::string id = co_await site.start("web");
  const Result<void> gently = co_await bench.engine().remove_container(id, false, false);
  CHECK(kind_of(gently) == "conflict");
  const Result<void> forced = co_await bench.engine().remove_container(id, true, true);
  CHECK(kind_of(forced) == "ok");
  const Result<ObservedContainer> seen = co_await bench.engine().inspect_container(id);
  CHECK(kind_of(seen) == "not_found");
  co_await site.clean();
}

Task<void> natural_end(Bench& bench) {
  Site site(bench, "ask-end");
  site.add("job", Work::ends_with_seven);
  co_await site.prepare();
  const std::unique_ptr<engine::EventStream> stream = co_await site.listen();
  const std::string id = co_await site.start("job");
  const std::vector<EngineEvent> events = co_await site.events_until(*stream, id, EventKind::container_died);
  CHECK(kinds_of(events) == life_of_a_job);
  CHECK(events.back().exit_code == 7);
  CHECK(events.back().project == "ask-end");
  CHECK(events.back().service == "job");
  CHECK(events.back().at >= events.front().at);
  const ObservedContainer job = co_await site.look(id);
  CHECK(job.state == ContainerState::exited);
  CHECK(job.exit_code == 7);
  co_await site.clean();
}

Task<void> stop_is_a_signal_then_a_death(Bench& bench) {
  Site site(bench, "ask-stop");
  site.add("web", Work::serves);
  co_await site.prepare();
  const std::string id = co_await site.start("web");
  // Its process has to come as far as listening for the signal.
  co_await runtime::sleep_for(bench.clock(), std::chrono::seconds(1));
  const std::unique_ptr<engine::EventStream> stream = co_await site.listen();
  const Result<void> stopped = co_await bench.engine().stop_container(id, std::chrono::seconds(10));
  CHECK(kind_of(stopped) == "ok");
  const std::vector<EngineEvent> events = co_await site.events_until(*stream, id, EventKind::container_died);
  REQUIRE_FALSE(events.empty());
  CHECK(events.front().kind == EventKind::container_killed);
  CHECK(events.front().signal == "15");
  CHECK(events.back().exit_code == 0);
  co_await site.clean();
}

Task<void> grace_ends_with_a_kill(Bench& bench) {
  Site site(bench, "ask-grace");
  site.add("deaf", Work::ignores_term);
  co_await site.prepare();
  const std::string id = co_await site.start("deaf");
  co_await runtime::sleep_for(bench.clock(), std::chrono::seconds(1));
  const std::unique_ptr<engine::EventStream> stream = co_await site.listen();
  const Time before = bench.clock().now();
  const Result<void> stopped = co_await bench.engine().stop_container(id, std::chrono::seconds(1));
  CHECK(kind_of(stopped) == "ok");
  CHECK(bench.clock().now() - before >= std::chrono::milliseconds(900));
  const std::vector<EngineEvent> events = co_await site.events_until(*stream, id, EventKind::container_died);
  CHECK(events.front().signal == "15");
  CHECK(events.back().exit_code == 137);
  const ObservedContainer deaf = co_await site.look(id);
  CHECK(deaf.exit_code == 137);
  co_await site.clean();
}

Task<void> kill_ends_it(Bench& bench) {
  Site site(bench, "ask-kill");
  site.add("web", Work::serves);
  co_await site.prepare();
  const std::string id = co_await site.start("web");
  const std::unique_ptr<engine::EventStream> stream = co_await site.listen();
  const Result<void> killed = co_await bench.engine().kill_container(id, "SIGKILL");
  CHECK(kind_of(killed) == "ok");
  const std::vector<EngineEvent> events = co_await site.events_until(*stream, id, EventKind::container_died);
  CHECK(has(events, EventKind::container_killed));
  CHECK(events.back().exit_code == 137);
  co_await site.until_state(id, ContainerState::exited);
  co_await site.clean();
}

Task<void> names_change(Bench& bench) {
  Site site(bench, "ask-rename");
  site.add("web", Work::serves);
  site.add("other", Work::serves);
  co_await site.prepare();
  const std::string web = co_await site.create("web");
  const std::string other = co_await site.create("other");
  const Result<void> taken = co_await bench.engine().rename_container(web, "ask-rename-other-1");
  CHECK(kind_of(taken) == "conflict");
  const Result<void> renamed = co_await bench.engine().rename_container(web, "ask-rename-web-9");
  CHECK(kind_of(renamed) == "ok");
  const ObservedContainer seen = co_await site.look(web);
  CHECK(seen.name == "ask-rename-web-9");
  co_await site.clean();
}

Task<void> policies_change(Bench& bench) {
  Site site(bench, "ask-policy");
  site.add("web", Work::serves);
  co_await site.prepare();
  const std::string id = co_await site.start("web");
  for (const std::string& policy : policies) {
    const Result<void> set = co_await bench.engine().set_restart_policy(id, policy);
    CHECK(kind_of(set) == "ok");
    const ObservedContainer seen = co_await site.look(id);
    CHECK(seen.restart_policy == policy);
    CHECK(seen.state == ContainerState::running);
  }
  co_await site.clean();
}

}  // namespace

std::vector<Question> container_questions() {
  return {
      {"an engine says its version", says_its_version},
      {"a container is created as it is described", created_as_described},
      {"a name is given once", one_name_one_container},
      {"without the image, or with another one, no container is left", no_image_no_container},
      {"starting what runs and stopping what stands is success", start_and_stop_twice},
      {"what is not there is not found, and its removal is success", what_is_not_there},
      {"a running container is removed only by force", removal_needs_force_while_running},
      {"an end of its own is a death without a signal", natural_end},
      {"a stop is a signal, then a death", stop_is_a_signal_then_a_death},
      {"what does not end within its grace is killed", grace_ends_with_a_kill},
      {"a kill ends it", kill_ends_it},
      {"a container is renamed, but not to a name that is taken", names_change},
      {"a restart policy changes under a running container", policies_change},
  };
}

}  // namespace stackd::contract
