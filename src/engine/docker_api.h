// Where Docker's API is and how it says no: the address, the version both sides speak, URLs, and what a
// status code means for us. Pure; nothing here talks to anybody.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.h"

namespace stackd::engine {

struct ApiVersion {
  int major_part = 1;
  int minor_part = 41;

  friend auto operator<=>(const ApiVersion&, const ApiVersion&) = default;
};

/// The range this client speaks: Docker 20.10 to 28.5. Newer engines answer to 1.51 as well.
inline constexpr ApiVersion api_oldest{1, 41};
inline constexpr ApiVersion api_newest{1, 51};

// From these versions on the API knows a feature.
inline constexpr ApiVersion api_annotations{1, 43};
inline constexpr ApiVersion api_many_endpoints{1, 44};  // also endpoint MAC addresses and start_interval
inline constexpr ApiVersion api_image_mounts{1, 48};    // also the priority of gateways
inline constexpr ApiVersion api_interface_names{1, 49};

/// "1.41". Errors: invalid.
Result<ApiVersion> parse_api_version(std::string_view text);
std::string version_text(ApiVersion version);

/// The highest version that this client and an engine of the given range both know. Errors: invalid, naming
/// the engine and what would be needed.
Result<ApiVersion> choose_api_version(std::string_view engine_version, std::string_view engine_newest,
                                      std::string_view engine_oldest);

/// Where the engine listens.
struct DockerHost {
  std::string unix_socket;  // path; empty: TCP
  std::string url;          // without a slash at its end
};

inline constexpr std::string_view docker_host_default = "unix:///var/run/docker.sock";

/// The words of DOCKER_HOST: unix:///path, tcp://host:port, http://host:port; empty is the default.
/// Errors: invalid (ssh, TLS and named pipes are not spoken).
Result<DockerHost> parse_docker_host(std::string_view text);

/// For one part of a URL: everything but letters, digits and "-._~" as %XX.
std::string percent_encode(std::string_view text);

/// For the name of an image in a path: as percent_encode, but with "/", ":" and "@" left alone.
std::string percent_encode_reference(std::string_view text);

/// What a refusal means. The engine's words ({"message": …}) are kept.
Error error_from_answer(int status, std::string_view body);

/// The kind of failure that an engine reports in words only, inside a stream or behind a 500.
ErrorKind kind_of_message(std::string_view message, ErrorKind otherwise);

}  // namespace stackd::engine
