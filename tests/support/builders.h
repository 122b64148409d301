// Stacks for tests, written down briefly, and the canonical configuration that the loader would make of them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "model/service.h"

namespace stackd::sim {

struct ServiceDraft {
  std::string name;
  std::string image = "app:1";
  std::map<std::string, Dependency> depends_on;
  std::string restart;  // the word of the file; "" when it is silent
  bool has_check = false;
  Duration interval = std::chrono::seconds(5);
  Duration timeout = std::chrono::seconds(2);
  Duration start_period = std::chrono::seconds(0);
  std::int64_t retries = 3;
  std::string network_of;  // shares the network of this service
  std::int64_t scale = 1;
  bool job = false;  // says so itself; one that is waited for need not
  bool singleton = false;
  std::vector<std::string> volumes;  // "data:/var/lib/data"
  std::vector<std::string> ports;    // "80"
  std::string folder;                // what its folder of configuration says; "": it mounts none
  std::string file;                  // what the file says that it mounts by itself; "": it mounts none
  bool reloads = false;              // … and it is told of a change by a signal
  std::string generation = "0";      // a variable of its environment: another one is another configuration
};

struct StackDraft {
  std::string name = "shop";
  std::vector<ServiceDraft> services;
  std::vector<std::string> pages;  // services whose page has to answer before a release is live
  bool asks_in_vain = false;       // … with a status that none of them gives
  std::string network;             // another definition of its network for each value
  bool has_backstage = false;      // a second network, which all that have networks of their own are on

  [[nodiscard]] const ServiceDraft* find(const std::string& service) const;
  /// Somebody waits for its end, or it says so.
  [[nodiscard]] bool is_job(const std::string& service) const;
};

/// Where the folder of configuration of a service lies on the host, and the one file in it.
std::string folder_path(const std::string& stack, const std::string& service);
std::string folder_file(const std::string& stack, const std::string& service);

/// Where the file lies that a service mounts by itself.
std::string file_path(const std::string& stack, const std::string& service);
bool has_files(const ServiceDraft& service);
/// What it mounts of the host's files, by path, in the order of its mounts.
std::vector<std::pair<std::string, std::string>> mounted_files(const std::string& stack,
                                                               const ServiceDraft& service);

std::string canonical_text(const StackDraft& stack);

Dependency waits_for(DependencyCondition condition, bool restart = false);

}  // namespace stackd::sim
