// x-stackd.verify: the addresses that have to answer before a release is live.
#include "base/text.h"
#include "compose/bind/bind_parts.h"
#include "compose/canonical/port.h"

namespace stackd::compose {
namespace {

/// All of them are asked at once.
constexpr std::size_t addresses_max = 20;
constexpr std::int64_t status_min = 100;
constexpr std::int64_t status_max = 599;

bool is_printable(std::string_view text) {
  for (const char c : text) {
    if (c <= ' ' || c >= '\x7f') return false;
  }
  return true;
}

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return false;
  int number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + (c - '0');
  }
  return number > 0 && number <= 65535;
}

// What is wrong with HOST, HOST:PORT or [IPV6]:PORT, "" when nothing is.
std::string wrong_authority(std::string_view authority) {
  if (authority.find('@') != std::string_view::npos)
    return "it must not carry a name or password: addresses are shown in messages";
  std::string_view rest = authority;
  if (starts_with(authority, "[")) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos || !is_ip_address(authority.substr(1, close - 1)))
      return "between [ and ] stands an IPv6 address";
    rest = authority.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') return "after ] comes nothing but a port";
  }
  const std::size_t colon = rest.find(':');
  if (colon == 0 && rest.size() == authority.size()) return "it has no host";
  if (colon != std::string_view::npos && !is_port(rest.substr(colon + 1)))
    return quote(std::string(rest.substr(colon + 1))) + " is no port";
  return {};
}

std::string wrong_url(const std::string& url) {
  const std::size_t scheme_end = url.find("://");
  const std::string scheme = scheme_end == std::string::npos ? "" : url.substr(0, scheme_end);
  if (scheme != "http" && scheme != "https") return "it must begin with http:// or https://";
  if (!is_printable(url)) return "it holds a space or a character that has to be written as %XX";
  const std::string_view rest = std::string_view(url).substr(scheme_end + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.empty()) return "it has no host";
  return wrong_authority(authority);
}

Verify bind_address(const ConfigValue& field, BindContext& context) {
  check_keys(field, {{"url", "status", "within", "resolve"}, {}}, context);
  Verify verify;
  verify.url = field["url"].text();
  if (!field["url"].is_set()) {
    if (field.is_map()) field.error("an address to verify needs a url", "write url: https://example.org/");
  } else if (const std::string wrong = wrong_url(verify.url); !wrong.empty()) {
    field["url"].error("url: " + wrong, "write it like https://example.org/health");
  }
  verify.status = field["status"].optional_integer().value_or(verify.status);
  if (verify.status < status_min || verify.status > status_max)
    field["status"].error("status must be one of HTTP's, from 100 to 599",
                          "write the one that a visitor must get, like 200");
  verify.within = field["within"].positive_duration().value_or(verify.within);
  verify.resolve = field["resolve"].text();
  if (!verify.resolve.empty() && !is_ip_address(verify.resolve))
    field["resolve"].error("resolve must be an IP address, not " + quote(verify.resolve),
                           "write the address to connect to, like 127.0.0.1");
  return verify;
}

}  // namespace

std::vector<Verify> bind_verify(const ConfigValue& field, BindContext& context) {
  std::vector<Verify> addresses;
  for (const ConfigValue& item : field.items()) addresses.push_back(bind_address(item, context));
  if (addresses.size() > addresses_max)
    field.error("verify takes at most " + std::to_string(addresses_max) + " addresses");
  return addresses;
}

}  // namespace stackd::compose
