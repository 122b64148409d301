#include "engine/docker_api.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "base/text.h"

namespace stackd::engine {

Result<ApiVersion> parse_api_version(std::string_view text) {
  ApiVersion version;
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major_part);
  if (major.ec == std::errc{} && major.ptr != end && *major.ptr == '.') {
    const auto minor = std::from_chars(major.ptr + 1, end, version.minor_part);
    if (minor.ec == std::errc{} && minor.ptr == end) return version;
  }
  return Error{ErrorKind::invalid, "no API version: " + quote(text)};
}

std::string version_text(ApiVersion version) {
  return std::to_string(version.major_part) + "." + std::to_string(version.minor_part);
}

Result<ApiVersion> choose_api_version(std::string_view engine_version, std::string_view engine_newest,
                                      std::string_view engine_oldest) {
  Result<ApiVersion> newest = parse_api_version(engine_newest);
  if (!newest) return newest.error().while_doing("engine " + std::string(engine_version));
  if (*newest < api_oldest) {
    return Error{ErrorKind::invalid, "engine " + std::string(engine_version) + " speaks API " +
                                         version_text(*newest) + ", but " + version_text(api_oldest) +
                                         " is needed: upgrade to Docker 20.10 or later"};
  }
  // Podman says no minimum.
  if (!engine_oldest.empty()) {
    Result<ApiVersion> oldest = parse_api_version(engine_oldest);
    if (!oldest) return oldest.error().while_doing("engine " + std::string(engine_version));
    if (*oldest > api_newest) {
      return Error{ErrorKind::invalid, "engine " + std::string(engine_version) + " wants API " +
                                           version_text(*oldest) + " or later, but this stackd knows " +
                                           version_text(api_newest) + " at most: upgrade stackd"};
    }
  }
  return std::min(*newest, api_newest);
}

Result<DockerHost> parse_docker_host(std::string_view text) {
  if (text.empty()) text = docker_host_default;
  constexpr std::string_view unix_scheme = "unix://";
  constexpr std::string_view tcp_scheme = "tcp://";
  constexpr std::string_view http_scheme = "http://";
  DockerHost host;
  if (starts_with(text, unix_scheme) && text.size() > unix_scheme.size()) {
    host.unix_socket = text.substr(unix_scheme.size());
    host.url = "http://docker";
    return host;
  }
  for (const std::string_view scheme : {tcp_scheme, http_scheme}) {
    if (!starts_with(text, scheme)) continue;
    std::string_view address = text.substr(scheme.size());
    while (ends_with(address, "/")) address.remove_suffix(1);
    if (address.empty()) break;
    host.url = std::string(http_scheme) + std::string(address);
    return host;
  }
  return Error{ErrorKind::invalid, "DOCKER_HOST " + quote(text) +
                                       " is not understood: write unix:///path/to/docker.sock or "
                                       "tcp://host:port"};
}

namespace {

std::string encode(std::string_view text, std::string_view left_alone) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') || left_alone.find(letter) != std::string_view::npos;
    if (plain) {
      encoded += letter;
    } else {
      encoded += '%';
      encoded += digits[byte >> 4U];
      encoded += digits[byte & 15U];
    }
  }
  return encoded;
}

std::string message_of(std::string_view body) {
  Result<json::value> parsed = parse_json(body);
  if (parsed && parsed->is_object()) {
    const json::value* message = parsed->get_object().if_contains("message");
    if (message != nullptr && message->is_string()) return std::string(message->get_string());
  }
  constexpr std::size_t bytes_max = 500;
  return std::string(trim(body.substr(0, bytes_max)));
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

std::string percent_encode(std::string_view text) {
  return encode(text, "-._~");
}

std::string percent_encode_reference(std::string_view text) {
  return encode(text, "-._~/:@");
}

ErrorKind kind_of_message(std::string_view message, ErrorKind otherwise) {
  const std::string lower = to_lower(message);
  struct Phrase {
    std::string_view text;
    ErrorKind kind;
  };
  // Docker answers 500 to much that trying again won't mend, Podman to nearly everything.
  constexpr Phrase phrases[] = {
      {"is already in use", ErrorKind::conflict},         {"name is in use", ErrorKind::conflict},
      {"port is already allocated", ErrorKind::conflict}, {"address already in use", ErrorKind::conflict},
      {"already exists in network", ErrorKind::conflict}, {"has active endpoints", ErrorKind::conflict},
      {"is not connected to", ErrorKind::not_found},      {"no such ", ErrorKind::not_found},
      {"manifest unknown", ErrorKind::not_found},         {"repository does not exist", ErrorKind::not_found},
      {"no basic auth credentials", ErrorKind::invalid},  {"unauthorized", ErrorKind::invalid},
      {"oci runtime create failed", ErrorKind::invalid},  {"invalid ", ErrorKind::invalid},
  };
  for (const Phrase& phrase : phrases) {
    if (contains(lower, phrase.text)) return phrase.kind;
  }
  return otherwise;
}

Error error_from_answer(int status, std::string_view body) {
  std::string message = message_of(body);
  if (message.empty()) message = "the engine answers with status " + std::to_string(status);
  switch (status) {
    case 400:
      return Error{ErrorKind::invalid, std::move(message)};
    case 403:
      // Docker says so of some conflicts; of what nobody may do, a proxy in front of it.
      return Error{kind_of_message(message, ErrorKind::forbidden), message};
    case 404:
      return Error{ErrorKind::not_found, std::move(message)};
    case 409:
      return Error{ErrorKind::conflict, std::move(message)};
    default: {
      const ErrorKind otherwise = status >= 500 ? ErrorKind::unavailable : ErrorKind::invalid;
      const ErrorKind kind = kind_of_message(message, otherwise);
      return Error{kind, std::move(message)};
    }
  }
}

}  // namespace stackd::engine
