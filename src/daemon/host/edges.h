// What the daemon stands on: everything outside it, replaceable as a whole by the simulated world. All of it
// outlives the Supervisor.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "compose/read/files.h"
#include "daemon/host/host.h"
#include "daemon/host/kept_files.h"
#include "engine/engine.h"
#include "runtime/clock.h"
#include "runtime/http_client.h"
#include "runtime/random.h"
#include "store/store.h"

namespace stackd::runtime {
class Aside;
}

namespace stackd::daemon {

class ContainerView;
class KeptLogs;
class Turns;

/// What this engine lets nobody do, as far as somebody has found out; the same for all stacks.
struct EngineLimits {
  std::string exec_forbidden;  // the engine's words; "": it is not known to be
};

struct Edges {
  boost::asio::any_io_executor executor;
  runtime::Clock& clock;
  runtime::Random& random;
  engine::Engine& engine;
  store::Store& store;
  runtime::HttpClient& http;              // to the world outside, as a visitor has it
  const KeptFiles* kept = nullptr;        // null: nothing is kept
  const Host* host = nullptr;             // null: nothing is known of the machine
  const KeptLogs* logs = nullptr;         // null: no log outlives its container
  const compose::Files* files = nullptr;  // null: the machine's own
  std::shared_ptr<EngineLimits> limits = std::make_shared<EngineLimits>();  // shared by all copies
  Turns* turns = nullptr;               // null: the engine takes as much at once as it is asked for
  runtime::Aside* aside = nullptr;      // null: what may hang is done at once
  const ContainerView* view = nullptr;  // null: what containers see of the host's files can't be looked at
};

}  // namespace stackd::daemon
