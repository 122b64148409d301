#include "decide/tell/collision.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>

#include "base/text.h"

namespace stackd::decide {
namespace {

// Between two phrases; "" when they are not there.
std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t begin = text.find(before);
  if (begin == std::string_view::npos) return {};
  const std::size_t from = begin + before.size();
  const std::size_t end = text.find(after, from);
  return end == std::string_view::npos ? std::string() : std::string(text.substr(from, end - from));
}

struct Range {
  std::array<unsigned char, 16> bytes{};
  int family = 0;
  unsigned bits = 0;
};

std::optional<Range> range_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  Range range;
  const char* const end = text.data() + text.size();
  const auto [rest, code] = std::from_chars(text.data() + slash + 1, end, range.bits);
  if (code != std::errc() || rest != end) return std::nullopt;
  const std::string address = text.substr(0, slash);
  range.family = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
  const unsigned bits_max = range.family == AF_INET ? 32 : 128;
  if (range.bits > bits_max || inet_pton(range.family, address.c_str(), range.bytes.data()) != 1)
    return std::nullopt;
  return range;
}

}  // namespace

std::optional<Collision> collision_in(std::string_view refusal) {
  const std::string text = to_lower(refusal);
  const auto says = [&text](std::string_view words) { return text.find(words) != std::string::npos; };
  if (says("pool overlaps")) return Collision{CollisionKind::range, {}};
  if (says("name") && says("is already in use by container"))
    return Collision{CollisionKind::name, between(text, "in use by container \"", "\"")};
  if (says("port is already allocated"))
    return Collision{CollisionKind::port, between(text, "bind for ", " failed")};
  if (says("bind: address already in use")) {
    std::string port = between(text, "listen tcp4 ", ": bind");
    if (port.empty()) port = between(text, "listen tcp ", ": bind");
    if (port.empty()) port = between(text, "listen udp4 ", ": bind");
    if (port.empty()) port = between(text, "host port for ", ": ");
    return Collision{CollisionKind::port, port};
  }
  if (says("address already in use")) return Collision{CollisionKind::address, {}};
  return std::nullopt;
}

std::string holder_text(const ObservedContainer& holder) {
  std::string text = "container " + holder.name;
  if (!holder.service.empty()) text += ", of service " + holder.service;
  if (!holder.project.empty()) text += " of project " + holder.project;
  return text;
}

bool ranges_overlap(const std::string& one, const std::string& other) {
  const std::optional<Range> a = range_of(one);
  const std::optional<Range> b = range_of(other);
  if (!a || !b || a->family != b->family) return false;
  const unsigned bits = std::min(a->bits, b->bits);
  for (unsigned bit = 0; bit < bits; ++bit) {
    const unsigned shift = 7 - bit % 8;
    if (((a->bytes.at(bit / 8) ^ b->bytes.at(bit / 8)) >> shift & 1U) != 0) return false;
  }
  return true;
}

}  // namespace stackd::decide
