// A release about to be made, and what is around it.
#pragma once

#include <optional>
#include <string>

#include "decide/deploy/preflight.h"
#include "unit/decide/world.h"

namespace stackd::decide::testing {

struct Before {
  World world = shop();
  Surroundings around;
  Fingerprints recorded;
  std::optional<Desired> former;

  Preflight look() { return preflight(world.state(), former ? &*former : nullptr, recorded, around); }

  Service& web() { return world.stack.services.at("web"); }

  void publish(const std::string& published, const std::string& address = "") {
    web().ports.push_back({address, 8080, published, "tcp"});
  }

  void take(std::int64_t port, const std::string& container, const std::string& project,
            const std::string& address = "0.0.0.0", const std::string& protocol = "tcp") {
    around.taken_ports.push_back({address, port, protocol, container, project});
  }

  void mount(const std::string& source, bool creates, PathKind kind) {
    Mount bind;
    bind.type = MountType::bind;
    bind.source = source;
    bind.target = "/etc/web.conf";
    bind.bind = Mount::Bind();
    bind.bind->create_host_path = creates;
    web().mounts.push_back(bind);
    around.paths[source] = kind;
  }

  /// What is desired now is live.
  void live() {
    world.settle();
    world.state();
    former = world.target.desired;
    former->release = 4;
  }
};

}  // namespace stackd::decide::testing
