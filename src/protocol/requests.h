// What is asked of stackd, as plain data: stackctl writes it, the API reads it, and tests take their place.
// Nothing here opens a file: who asks has read what there was to read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/release.h"

namespace stackd::protocol {

/// What a deploy is to make live. The caller read the files; stackd reads none for it.
struct DeployRequest {
  std::string stack;
  std::string canonical;               // the canonical configuration as JSON (compose/read/node_json.h)
  ReleaseSource source;                // `user` is the socket's peer, whatever the request said
  std::vector<std::string> services;   // these and what they wait for; empty: all
  bool start = true;                   // false: create, start nothing
  bool replace_files = false;          // the stack may be kept from other files than before
  bool moved = false;                  // … or from another folder
  bool second_stack = false;           // its folder may be kept as a stack of another name already
  std::vector<std::string> kept_here;  // kept stacks whose folder this is, under whatever path
  std::vector<std::string> kept_gone;  // kept stacks whose folder is not there any more
  MountedFiles files;                  // what its services see of the host's files
};

struct RollbackRequest {
  std::string stack;
  std::optional<std::int64_t> to;    // absent: the last one that was live before the current one
  bool force = false;                // also over a migration that can't be undone
  bool current_environment = false;  // variables and secrets stay as they are now
  std::string user;
};

/// An order about some services, or all when none is named.
struct ServicesRequest {
  std::string stack;
  std::vector<std::string> services;
  std::string user;  // who asks, for the journal
};

struct DownRequest {
  std::string stack;
  bool volumes = false;  // the stack's own volumes too; never external ones
  std::string user;
};

struct LogsRequest {
  std::string stack;
  std::vector<std::string> services;  // empty: all
  bool follow = false;                // also containers that come later
  std::optional<WallTime> since;
  std::optional<std::int64_t> tail;     // last lines of each container; absent: all
  std::optional<std::int64_t> release;  // only containers that this one made
};

struct EventsRequest {
  std::string stack;  // "": of every stack
  bool follow = false;
  std::optional<std::int64_t> after;  // entries with a greater id
  std::int64_t tail = 100;            // the newest so many, when `after` is absent
};

}  // namespace stackd::protocol
