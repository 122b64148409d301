#include "contract/engine_questions.h"
#include "contract/site.h"

namespace stackd::contract {
namespace {

// Not braced inside the coroutine: g++ 12 does not compile it.
const std::vector<std::string> aliases_wanted{"ask-network-web-1", "web", "www"};

Task<void> health_passes(Bench& bench) {
  Site site(bench, "ask-health");
  site.add("web", Work::serves);
  co_await site.prepare();
  const std::unique_ptr<engine::EventStream> stream = co_await site.listen();
  const std::string id = co_await site.start("web");
  const std::vector<EngineEvent> events =
      co_await site.events_until(*stream, id, EventKind::container_health);
  CHECK(events.back().health == HealthState::healthy);
  const ObservedContainer seen = co_await site.look(id);
  CHECK(seen.health == HealthState::healthy);
  co_await site.clean();
}

Task<void> health_fails(Bench& bench) {
  Site site(bench, "ask-sick");
  site.add("web", Work::serves_unready);
  co_await site.prepare();
  const std::unique_ptr<engine::EventStream> stream = co_await site.listen();
  const std::string id = co_await site.start("web");
  const ObservedContainer first = co_await site.look(id);
  CHECK(first.health == HealthState::starting);
  const std::vector<EngineEvent> events =
      co_await site.events_until(*stream, id, EventKind::container_health);
  CHECK(events.back().health == HealthState::unhealthy);
  const ObservedContainer seen = co_await site.look(id);
  CHECK(seen.health == HealthState::unhealthy);
  CHECK(seen.state == ContainerState::running);
  co_await site.clean();
}

Task<std::int64_t> probe_code(Site& site, std::string id, Work work) {
  engine::ExecSpec spec;
  spec.container_id = id;
  spec.command = site.bench().probe_of(work);
  Result<std::string> session = co_await site.engine().create_exec(std::move(spec));
  REQUIRE_MESSAGE(session.ok(), session.error().message);
  Result<std::string> output = co_await site.engine().run_exec(*session);
  REQUIRE_MESSAGE(output.ok(), output.error().message);
  Result<engine::ExecState> state = co_await site.engine().inspect_exec(*session);
  REQUIRE(state.ok());
  CHECK_FALSE(state->running);
  co_return state->exit_code;
}

Task<void> exec_tells_how_it_went(Bench& bench) {
  Site site(bench, "ask-exec");
  site.add("good", Work::serves);
  site.add("bad", Work::serves_unready);
  co_await site.prepare();
  const std::string good = co_await site.start("good");
  const std::string bad = co_await site.start("bad");
  co_await runtime::sleep_for(bench.clock(), std::chrono::seconds(1));
  const std::int64_t good_code = co_await probe_code(site, good, Work::serves);
  CHECK(good_code == 0);
  const std::int64_t bad_code = co_await probe_code(site, bad, Work::serves_unready);
  CHECK(bad_code != 0);
  const Result<void> stopped = co_await bench.engine().stop_container(good, std::chrono::seconds(5));
  REQUIRE(stopped.ok());
  engine::ExecSpec late;
  late.container_id = good;
  late.command = bench.probe_of(Work::serves);
  const Result<std::string> session = co_await bench.engine().create_exec(std::move(late));
  CHECK(kind_of(session) == "conflict");
  co_await site.clean();
}

Task<void> exec_outlives_who_waits(Bench& bench) {
  Site site(bench, "ask-hang");
  site.add("web", Work::hangs);
  co_await site.prepare();
  const std::string id = co_await site.start("web");
  co_await runtime::sleep_for(bench.clock(), std::chrono::seconds(1));
  engine::ExecSpec spec;
  spec.container_id = id;
  spec.command = bench.probe_of(Work::hangs);
  Result<std::string> session = co_await bench.engine().create_exec(std::move(spec));
  REQUIRE_MESSAGE(session.ok(), session.error().message);
  const Time latest = runtime::later(bench.clock().now(), std::chrono::seconds(1));
  const Result<std::string> output =
      co_await runtime::with_deadline(bench.clock(), latest, bench.engine().run_exec(*session));
  CHECK(kind_of(output) == "timeout");
  Result<engine::ExecState> state = co_await bench.engine().inspect_exec(*session);
  REQUIRE_MESSAGE(state.ok(), state.error().message);
  CHECK(state->running);
  co_await site.clean();
}

Task<void> networks_come_and_go(Bench& bench) {
  Site site(bench, "ask-network");
  site.add("web", Work::serves).networks["edge"].aliases = {"www"};
  co_await site.prepare();
  const std::shared_ptr<const Stack> stack = site.stack();
  const Result<std::string> twice = co_await bench.engine().create_network(stack, "default");
  CHECK(kind_of(twice) == "conflict");
  Result<std::string> edge = co_await bench.engine().create_network(stack, "edge");
  REQUIRE(edge.ok());
  Result<ObservedNetwork> seen = co_await bench.engine().inspect_network("ask-network_edge");
  REQUIRE(seen.ok());
  CHECK(seen->id == *edge);
  CHECK(seen->labels.at(std::string(label::network)) == "edge");
  Result<std::vector<ObservedNetwork>> all = co_await bench.engine().list_networks("ask-network");
  REQUIRE(all.ok());
  CHECK(all->size() == 2);

  const std::string id = co_await site.start("web");
  const ObservedContainer before = co_await site.look(id);
  CHECK(before.networks.size() == 1);
  const Result<void> joined =
      co_await bench.engine().connect_network(stack, "edge", id, "web", "ask-network-web-1");
  CHECK(kind_of(joined) == "ok");
  const ObservedContainer inside = co_await site.look(id);
  REQUIRE(inside.networks.count("ask-network_edge") == 1);
  const std::vector<std::string>& aliases = inside.networks.at("ask-network_edge").aliases;
  for (const std::string& alias : aliases_wanted) {
    CHECK(std::find(aliases.begin(), aliases.end(), alias) != aliases.end());
  }
  const Result<void> in_use = co_await bench.engine().remove_network(*edge);
  CHECK(kind_of(in_use) == "conflict");
  const Result<void> left = co_await bench.engine().disconnect_network("ask-network_edge", id, false);
  CHECK(kind_of(left) == "ok");
  const ObservedContainer outside = co_await site.look(id);
  CHECK(outside.networks.size() == 1);
  co_await site.clean();
  const Result<ObservedNetwork> gone = co_await bench.engine().inspect_network("ask-network_edge");
  CHECK(kind_of(gone) == "not_found");
}

Task<void> volumes_come_and_go(Bench& bench) {
  Site site(bench, "ask-volume");
  Mount mount;
  mount.type = MountType::volume;
  mount.source = "data";
  mount.target = "/data";
  site.add("web", Work::serves).mounts = {mount};
  co_await site.prepare();
  const Result<void> made = co_await bench.engine().create_volume(site.stack(), "data");
  CHECK(kind_of(made) == "ok");
  const Result<void> twice = co_await bench.engine().create_volume(site.stack(), "data");
  CHECK(kind_of(twice) == "ok");
  Result<ObservedVolume> seen = co_await bench.engine().inspect_volume("ask-volume_data");
  REQUIRE(seen.ok());
  CHECK(seen->labels.at(std::string(label::volume)) == "data");
  Result<std::vector<ObservedVolume>> all = co_await bench.engine().list_volumes("ask-volume");
  REQUIRE(all.ok());
  CHECK(all->size() == 1);
  const std::string id = co_await site.create("web");
  const ObservedContainer web = co_await site.look(id);
  REQUIRE(web.mounts.size() == 1);
  CHECK(web.mounts[0].name == "ask-volume_data");
  CHECK(web.mounts[0].target == "/data");
  const Result<void> in_use = co_await bench.engine().remove_volume("ask-volume_data");
  CHECK(kind_of(in_use) == "conflict");
  co_await site.clean();
  const Result<void> removed = co_await bench.engine().remove_volume("ask-volume_data");
  CHECK(kind_of(removed) == "ok");
}

Task<void> anonymous_volumes_are_left(Bench& bench) {
  Site site(bench, "ask-anonymous");
  Mount mount;
  mount.type = MountType::volume;
  mount.target = "/cache";
  site.add("web", Work::serves).mounts = {mount};
  co_await site.prepare();
  const std::string first = co_await site.create("web");
  const ObservedContainer old = co_await site.look(first);
  REQUIRE(old.mounts.size() == 1);
  CHECK(old.mounts[0].type == "volume");
  const Result<void> removed = co_await bench.engine().remove_container(first, false, false);
  CHECK(kind_of(removed) == "ok");
  engine::ContainerSpec spec = site.spec("web");
  spec.inherited = old.mounts;
  Result<std::string> second = co_await bench.engine().create_container(std::move(spec));
  REQUIRE_MESSAGE(second.ok(), second.error().message);
  const ObservedContainer successor = co_await site.look(*second);
  REQUIRE(successor.mounts.size() == 1);
  CHECK(successor.mounts[0].name == old.mounts[0].name);
  CHECK(successor.mounts[0].target == "/cache");
  const Result<void> gone = co_await bench.engine().remove_container(*second, false, true);
  CHECK(kind_of(gone) == "ok");
  co_await site.clean();
  const Result<void> volume = co_await bench.engine().remove_volume(old.mounts[0].name);
  CHECK((kind_of(volume) == "ok" || kind_of(volume) == "not_found"));
}

Task<void> images_have_names(Bench& bench) {
  Engine& engine = bench.engine();
  Result<ObservedImage> image = co_await engine.inspect_image(bench.image());
  REQUIRE(image.ok());
  CHECK(image->id.substr(0, 7) == "sha256:");
  Result<ObservedImage> by_id = co_await engine.inspect_image(image->id);
  REQUIRE(by_id.ok());
  CHECK(by_id->id == image->id);
  const Result<void> tagged = co_await engine.tag_image(image->id, "stackd/kept", "ask.r1.web");
  CHECK(kind_of(tagged) == "ok");
  Result<ObservedImage> by_tag = co_await engine.inspect_image("stackd/kept:ask.r1.web");
  REQUIRE(by_tag.ok());
  CHECK(by_tag->id == image->id);
  const Result<void> removed = co_await engine.remove_image("stackd/kept:ask.r1.web");
  CHECK(kind_of(removed) == "ok");
  const Result<ObservedImage> gone = co_await engine.inspect_image("stackd/kept:ask.r1.web");
  CHECK(kind_of(gone) == "not_found");
  const Result<ObservedImage> still = co_await engine.inspect_image(bench.image());
  CHECK(kind_of(still) == "ok");
}

Task<std::pair<std::string, std::string>> read_logs(Site& site, std::string id, engine::LogOptions options) {
  Result<std::unique_ptr<engine::LogStream>> stream = co_await site.engine().open_logs(id, options);
  REQUIRE_MESSAGE(stream.ok(), stream.error().message);
  std::pair<std::string, std::string> texts;
  while (true) {
    Result<std::optional<engine::LogEntry>> entry = co_await (*stream)->next();
    REQUIRE_MESSAGE(entry.ok(), entry.error().message);
    if (!*entry) co_return texts;
    CHECK((*entry)->at.has_value());
    CHECK((*entry)->begins_line);
    ((*entry)->error_stream ? texts.second : texts.first) +=
        (*entry)->text + ((*entry)->ends_line ? "\n" : "");
  }
}

Task<void> logs_are_kept(Bench& bench) {
  if (!bench.keeps_logs()) co_return;
  Site site(bench, "ask-logs");
  site.add("job", Work::ends_with_seven);
  co_await site.prepare();
  const std::string id = co_await site.start("job");
  engine::LogOptions options;
  options.follow = true;
  // Following ends with the container.
  const std::pair<std::string, std::string> followed = co_await read_logs(site, id, options);
  CHECK(followed.first == "one\n");
  CHECK(followed.second == "two\n");
  co_await site.until_state(id, ContainerState::exited);
  options.follow = false;
  options.tail = 1;
  const std::pair<std::string, std::string> last = co_await read_logs(site, id, options);
  CHECK(last.first + last.second == "two\n");
  options.tail.reset();
  const ObservedContainer job = co_await site.look(id);
  options.since = job.finished_at + std::chrono::hours(1);
  const std::pair<std::string, std::string> later = co_await read_logs(site, id, options);
  CHECK((later.first + later.second).empty());
  co_await site.clean();
}

Task<void> lists_are_of_one_project(Bench& bench) {
  Site one(bench, "ask-one");
  Site two(bench, "ask-two");
  one.add("web", Work::serves);
  one.add("job", Work::ends_with_seven);
  two.add("web", Work::serves);
  co_await one.prepare();
  co_await two.prepare();
  const std::string web = co_await one.start("web");
  const std::string job = co_await one.create("job");
  const std::string other = co_await two.create("web");
  Result<std::vector<engine::ContainerSummary>> list = co_await bench.engine().list_containers("ask-one");
  REQUIRE(list.ok());
  REQUIRE(list->size() == 2);
  for (const engine::ContainerSummary& seen : *list) {
    CHECK(seen.project == "ask-one");
    CHECK(seen.name == "ask-one-" + seen.service + "-1");
    CHECK(seen.state == (seen.service == "web" ? ContainerState::running : ContainerState::created));
    Result<ObservedContainer> whole = co_await bench.engine().inspect_container(seen.id);
    REQUIRE(whole.ok());
    const bool runs = seen.state == ContainerState::running;
    CHECK(seen.health == (runs ? whole->health : HealthState::none));
  }
  Result<std::vector<engine::ContainerSummary>> all = co_await bench.engine().list_containers("");
  REQUIRE(all.ok());
  CHECK(all->size() >= 3);
  co_await one.clean();
  co_await two.clean();
}

Task<void> files_are_put_in(Bench& bench) {
  Site site(bench, "ask-file");
  site.add("web", Work::serves);
  co_await site.prepare();
  const std::string id = co_await site.create("web");
  engine::ContainerFile file;
  file.path = "/run/secrets/token";
  file.content = "geheim";
  file.uid = 1000;
  const Result<void> put = co_await bench.engine().put_file(id, std::move(file));
  CHECK_MESSAGE(put.ok(), put.error().message);
  co_await site.clean();
}

}  // namespace

std::vector<Question> object_questions() {
  return {
      {"a check that passes makes a container healthy", health_passes},
      {"a check that fails makes a container unhealthy, and it runs on", health_fails},
      {"a command in a container tells how it went", exec_tells_how_it_went},
      {"a command in a container outlives who waits for it", exec_outlives_who_waits},
      {"networks come and go", networks_come_and_go},
      {"volumes come and go", volumes_come_and_go},
      {"a volume without a name goes from one container to the next", anonymous_volumes_are_left},
      {"an image has several names", images_have_names},
      {"what a container writes is kept", logs_are_kept},
      {"a list is of one project", lists_are_of_one_project},
      {"a file is put into a container", files_are_put_in},
  };
}

}  // namespace stackd::contract
