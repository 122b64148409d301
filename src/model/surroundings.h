// What a deploy would meet on the machine and the engine, beside its own containers. Plain data, as seen at
// one moment; what can't be told is absent and is no obstacle.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace stackd {

/// A port of the host that somebody has.
struct TakenPort {
  std::string address;  // "0.0.0.0" or "::": every one
  std::int64_t port = 0;
  std::string protocol = "tcp";
  std::string container;  // name; "": a process of the host
  std::string project;    // of that container, "" for none
};

enum class PathKind { absent, file, folder, other };

struct FreeSpace {
  std::string folder;
  std::int64_t bytes = 0;
};

struct Surroundings {
  std::vector<TakenPort> taken_ports;
  std::map<std::string, std::string> taken_names;  // of containers that are not the stack's → their project
  std::set<std::string> missing_networks;          // external ones, by name
  std::set<std::string> missing_volumes;           // external ones, by name
  // Of networks that are to be made anew, the names of the containers on them that are not the stack's.
  std::map<std::string, std::set<std::string>> strangers;
  std::map<std::string, PathKind> paths;       // of the host, that services mount
  std::set<std::string> kept_copies;           // of those, what a release that is put back has copies of
  std::optional<FreeSpace> engine_space;       // where the engine has its images and containers
  std::optional<FreeSpace> state_space;        // where stackd has its own
  std::optional<std::int64_t> memory_bytes;    // that can still be had, swap included
  std::map<std::string, std::int64_t> in_use;  // bytes of memory, by container id
};

}  // namespace stackd
