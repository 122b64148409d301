// What lies around stackd and outlives it: the host with its engine and inhabitants, the pages, the files,
// the disk with the database.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/host/kept_files.h"
#include "sim/scenario.h"
#include "sim/trace.h"
#include "store/store.h"
#include "support/memory_files.h"
#include "support/sim_clock.h"
#include "support/sim_engine.h"
#include "support/sim_host.h"
#include "support/sim_http.h"

namespace stackd::sim {

class Surroundings {
 public:
  Surroundings(const Scenario& scenario, Trace& trace, Marks& marks);
  ~Surroundings();
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;

  /// Images, and containers, networks and volumes of others.
  void populate();
  /// The folder of this process is written as one that is the same in every process.
  void say(std::string text);
  /// Ids.
  [[nodiscard]] std::vector<std::string> containers_of(const std::string& stack,
                                                       const std::string& service) const;
  /// Whoever deploys has written the files before.
  void edit_folders(const StackDraft& draft);
  /// A way into the database that fails while the disk is full.
  std::unique_ptr<store::Store> open_store();

  const Scenario& scenario;
  Trace& trace;
  Marks& marks;
  SimClock clock;
  SimHost host;
  SimEngine engine;
  SimHttp http;

 private:
  Program program_of(const std::string& project, const std::string& service, std::int64_t run);
  [[nodiscard]] std::string read_folder(const std::string& folder) const;
  void add_strangers();

  std::string kept_folder_;
  std::string store_name_;

 public:
  daemon::KeptFiles kept;
  test::MemoryFiles files;              // on the host
  std::unique_ptr<store::Store> store;  // to look into it; there once stackd has begun
  int disks_full = 0;
  bool faults_over = false;
};

}  // namespace stackd::sim
