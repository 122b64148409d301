// What the engine refused because somebody else has it: an address, a port of the host, a name, a range of
// addresses. It says so in few words and names nobody; here stands what to ask it for, and the sentence.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/observed.h"

namespace stackd::decide {

enum class CollisionKind {
  address,  // a fixed address of the container is somebody else's
  port,     // of the host
  name,     // of a container
  range,    // the network's addresses overlap with another network's
};

struct Collision {
  CollisionKind kind = CollisionKind::address;
  std::string what;  // "0.0.0.0:8080", the id of the container that has the name; "" where it isn't told
};

/// Reads the engine's refusal; absent: it is about something else.
std::optional<Collision> collision_in(std::string_view refusal);

/// Who has it: "container web-1, of service web of project shop".
std::string holder_text(const ObservedContainer& holder);

/// Whether two ranges have an address in common: "10.0.0.0/8", "10.77.31.0/24". False for what is no range.
bool ranges_overlap(const std::string& one, const std::string& other);

}  // namespace stackd::decide
