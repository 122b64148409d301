// A project of a question's own, and the calls that need several steps.
#pragma once

#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <vector>

#include "contract/engine_questions.h"
#include "model/identity.h"
#include "runtime/deadline.h"

namespace stackd::contract {

using engine::Engine;
using runtime::Task;

inline constexpr Duration patience = std::chrono::seconds(20);

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

template <typename T>
std::string kind_of(const Result<T>& result) {
  return result ? std::string("ok") : std::string(to_string(result.error().kind));
}

}  // namespace stackd::contract
