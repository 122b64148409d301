#include "compose/canonical/port.h"

#include <algorithm>
#include <arpa/inet.h>

#include "base/text.h"
#include "compose/read/go_number.h"

namespace stackd::compose {

namespace {

struct Range {
  std::int64_t first = 0;
  std::int64_t last = 0;
  [[nodiscard]] std::int64_t length() const { return last - first; }
};

struct Parts {
  std::string ip;
  std::string host;
  std::string container;
  std::string protocol = "tcp";
};

Error invalid(std::string message) {
  return {ErrorKind::invalid, std::move(message)};
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  const auto value = parse_decimal(text);
  const bool digits_only = !text.empty() && text.front() >= '0' && text.front() <= '9';
  return digits_only && value && *value <= 65535 ? value : std::nullopt;
}

std::optional<Range> parse_range(std::string_view text) {
  const std::vector<std::string> ends = split(text, '-');
  const auto first = parse_number(ends[0]);
  const auto last = ends.size() == 1 ? first : parse_number(ends[1]);
  if (!first || !last || *last < *first) return std::nullopt;
  return Range{*first, *last};
}

Parts parts_of(std::string_view spec) {
  Parts parts;
  std::vector<std::string> sections = split(spec, ':');
  parts.container = std::move(sections.back());
  sections.pop_back();
  if (!sections.empty()) {
    parts.host = std::move(sections.back());
    sections.pop_back();
  }
  parts.ip = join(sections, ":");
  const std::vector<std::string> pieces = split(parts.container, '/');
  if (pieces[0].empty()) {
    parts.container.clear();
  } else if (pieces.size() > 1) {
    parts.container = pieces[0];
    if (!pieces[1].empty()) parts.protocol = to_lower(pieces[1]);
  }
  return parts;
}

/// Why a number is no port.
std::string beyond_ports(std::string_view text) {
  const auto number = parse_decimal(text);
  return number && *number > 65535 ? ": they end at 65535" : "";
}

Node to_node(const Parts& parts, std::int64_t container, const std::string& published, Mark mark) {
  Map map;
  map.reserve(5);
  map.set("mode", Node::text("ingress", mark));
  if (!parts.ip.empty()) map.set("host_ip", Node::text(parts.ip, mark));
  if (container != 0) map.set("target", Node::integer(container, mark));
  if (!published.empty()) map.set("published", Node::text(published, mark));
  map.set("protocol", Node::text(parts.protocol, mark));
  return Node::map(std::move(map), mark);
}

}  // namespace

bool is_ip_address(std::string_view text) {
  unsigned char bytes[16];
  const std::string address(text);
  return inet_pton(AF_INET, address.c_str(), bytes) == 1 || inet_pton(AF_INET6, address.c_str(), bytes) == 1;
}

Result<List> parse_port(std::string_view spec, Mark mark) {
  Parts parts = parts_of(spec);
  if (parts.container.empty()) return invalid("the port " + quote(spec) + " names no container port");
  if (parts.protocol != "tcp" && parts.protocol != "udp" && parts.protocol != "sctp")
    return invalid("the port " + quote(spec) + " has the unknown protocol " + quote(parts.protocol));
  if (starts_with(parts.ip, "[") && ends_with(parts.ip, "]")) {
    parts.ip = parts.ip.substr(1, parts.ip.size() - 2);
  } else if (parts.ip.find(':') != std::string::npos && is_ip_address(parts.ip)) {
    return invalid("the port " + quote(spec) + " has an IPv6 address without brackets");
  }
  if (!parts.ip.empty() && !is_ip_address(parts.ip))
    return invalid("the port " + quote(spec) + " has " + quote(parts.ip) + " where an IP address belongs");
  const std::optional<Range> container = parse_range(parts.container);
  if (!container)
    return invalid("the port " + quote(spec) + " has the invalid container port " + quote(parts.container) +
                   beyond_ports(parts.container));
  std::optional<Range> host;
  if (!parts.host.empty()) {
    host = parse_range(parts.host);
    if (!host && is_ip_address(parts.host))
      return invalid("the port " + quote(spec) +
                     " has an address and one port: the host's port is missing between them");
    if (!host)
      return invalid("the port " + quote(spec) + " has the invalid host port " + quote(parts.host) +
                     beyond_ports(parts.host));
    if (host->length() != container->length() && container->length() != 0)
      return invalid("the port " + quote(spec) + " has ranges of different lengths");
  }

  struct Pair {
    std::string order;
    Node node;
  };
  std::vector<Pair> pairs;
  for (std::int64_t i = 0; i <= container->length(); ++i) {
    std::string published;
    if (host) published = std::to_string(host->first + i);
    if (host && container->length() == 0 && host->length() != 0)
      published += "-" + std::to_string(host->last);
    const std::string order = std::to_string(container->first + i) + "/" + parts.protocol;
    pairs.push_back({order, to_node(parts, container->first + i, published, mark)});
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.order < b.order; });
  List ports;
  for (Pair& pair : pairs) ports.push_back(std::move(pair.node));
  return ports;
}

}  // namespace stackd::compose
