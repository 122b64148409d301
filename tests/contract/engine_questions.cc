#include "contract/engine_questions.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <memory>

#include "model/identity.h"
#include "runtime/deadline.h"

namespace stackd::contract {
namespace {

using engine::Engine;
using runtime::Task;

constexpr Duration patience = std::chrono::seconds(20);

/// A project of its own with services that do certain work, and the calls that need several steps.
class Site {
 public:
  Site(Bench& bench, std::string project) : bench_(bench) {
    stack_.name = std::move(project);
    stack_.source.working_dir = "/srv";
    NetworkDefinition network;
    network.key = "default";
    network.name = stack_.name + "_default";
    network.config_hash = "nn";
    stack_.networks["default"] = network;
    network.key = "edge";
    network.name = stack_.name + "_edge";
    network.join_when_ready = true;
    stack_.networks["edge"] = network;
    VolumeDefinition volume;
    volume.key = "data";
    volume.name = stack_.name + "_data";
    volume.config_hash = "vv";
    stack_.volumes["data"] = volume;
  }

  Engine& engine() { return bench_.engine(); }

  Service& add(const std::string& name, Work work) {
    Service& service = stack_.services[name];
    service.name = name;
    service.image = bench_.image();
    service.networks["default"] = NetworkAttachment{};
    bench_.give_work(service, work);
    return service;
  }

  [[nodiscard]] std::shared_ptr<const Stack> stack() const { return std::make_shared<const Stack>(stack_); }

  engine::ContainerSpec spec(const std::string& service) {
    engine::ContainerSpec made;
    made.stack = stack();
    made.service = service;
    made.name = stack_.name + "-" + service + "-1";
    made.release = 1;
    made.image = bench_.image();
    made.config_hash = "hh";
    return made;
  }

  Task<void> prepare() {
    Result<std::string> network = co_await engine().create_network(stack(), "default");
    REQUIRE_MESSAGE(network.ok(), network.error().message);
  }

  Task<std::string> create(std::string service) {
    engine::ContainerSpec made = spec(service);
    Result<std::string> id = co_await engine().create_container(std::move(made));
    REQUIRE_MESSAGE(id.ok(), id.error().message);
    co_return *id;
  }

  Task<std::string> start(std::string service) {
    std::string id = co_await create(std::move(service));
    Result<void> started = co_await engine().start_container(id);
    REQUIRE_MESSAGE(started.ok(), started.error().message);
    co_return id;
  }

  Task<ObservedContainer> look(std::string id) {
    Result<ObservedContainer> seen = co_await engine().inspect_container(id);
    REQUIRE_MESSAGE(seen.ok(), seen.error().message);
    co_return *seen;
  }

  Task<void> until_state(std::string id, ContainerState state) {
    const Time latest = runtime::later(bench_.clock().now(), patience);
    while (true) {
      const ObservedContainer seen = co_await look(id);
      if (seen.state == state) co_return;
      REQUIRE_MESSAGE(bench_.clock().now() < latest, "state stays " << to_string(seen.state));
      co_await runtime::sleep_for(bench_.clock(), std::chrono::milliseconds(50));
    }
  }

  /// What happens to the container until an event of this kind.
  Task<std::vector<EngineEvent>> events_until(engine::EventStream& stream, std::string id, EventKind last) {
    std::vector<EngineEvent> events;
    const Time latest = runtime::later(bench_.clock().now(), patience);
    while (true) {
      Result<EngineEvent> event = co_await runtime::with_deadline(bench_.clock(), latest, stream.next());
      REQUIRE_MESSAGE(event.ok(), event.error().message);
      if (event->id != id) continue;
      events.push_back(*event);
      if (event->kind == last) co_return events;
    }
  }

  Task<std::unique_ptr<engine::EventStream>> listen() {
    Result<std::unique_ptr<engine::EventStream>> stream = co_await engine().open_events(std::nullopt);
    REQUIRE_MESSAGE(stream.ok(), stream.error().message);
    co_return std::move(*stream);
  }

  /// Removes every container and network of the project.
  Task<void> clean() {
    Result<std::vector<engine::ContainerSummary>> containers = co_await engine().list_containers(stack_.name);
    REQUIRE(containers.ok());
    for (const engine::ContainerSummary& container : *containers) {
      Result<void> removed = co_await engine().remove_container(container.id, true, true);
      REQUIRE_MESSAGE(removed.ok(), removed.error().message);
    }
    Result<std::vector<ObservedNetwork>> networks = co_await engine().list_networks(stack_.name);
    REQUIRE(networks.ok());
    for (const ObservedNetwork& network : *networks) {
      Result<void> removed = co_await engine().remove_network(network.id);
      REQUIRE_MESSAGE(removed.ok(), removed.error().message);
    }
  }

  Bench& bench() { return bench_; }

 private:
  Bench& bench_;
  Stack stack_;
};

// Not braced inside the coroutine: g++ 12 does not compile it.
const std::vector<std::string> policies{"unless-stopped", "on-failure:3", "no"};
const std::vector<EventKind> life_of_a_job{EventKind::container_created, EventKind::container_started,
                                           EventKind::container_died};
const std::vector<std::string> aliases_wanted{"ask-network-web-1", "web", "www"};

std::vector<EventKind> kinds_of(const std::vector<EngineEvent>& events) {
  std::vector<EventKind> kinds;
  for (const EngineEvent& event : events) kinds.push_back(event.kind);
  return kinds;
}

bool has(const std::vector<EngineEvent>& events, EventKind kind) {
  const std::vector<EventKind> kinds = kinds_of(events);
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

template <typename T>
std::string kind_of(const Result<T>& result) {
  return result ? std::string("ok") : std::string(to_string(result.error().kind));
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

const std::vector<Question>& engine_questions() {
  static const std::vector<Question> questions = {
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
  return questions;
}

}  // namespace stackd::contract
