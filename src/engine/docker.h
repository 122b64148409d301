// Engine over Docker's API, spoken through an HttpClient; also Podman's imitation of it, as far as that goes.
//
// The version of the API is agreed on at the first call, and again after the connection failed: an engine
// that comes back may be another one. Nothing is kept otherwise; every answer is the engine's own.
#pragma once

#include <memory>
#include <string>

#include "base/time.h"
#include "engine/engine.h"
#include "runtime/aside.h"
#include "runtime/http_client.h"

namespace stackd::engine {

struct DockerOptions {
  runtime::Aside* aside = nullptr;  // where files of a project are read; null: at once
  std::string host;                 // the words of DOCKER_HOST; "" for the default socket
  std::string
      config_file;  // Docker's client configuration, read anew for each pull and creation; "" for none
};

/// How long each kind of call may take. What is not named here is a short order: `order_max`.
namespace limit {
inline constexpr Duration connect_max = std::chrono::seconds(10);
inline constexpr Duration inspect_max = std::chrono::seconds(10);
inline constexpr Duration list_max = std::chrono::seconds(30);
inline constexpr Duration create_max = std::chrono::seconds(60);
inline constexpr Duration start_max = std::chrono::seconds(60);
inline constexpr Duration order_max = std::chrono::seconds(60);
inline constexpr Duration remove_max = std::chrono::minutes(2);
inline constexpr Duration stop_beyond_grace_max = std::chrono::seconds(30);
inline constexpr Duration grace_max = std::chrono::hours(24);
inline constexpr Duration pull_max = std::chrono::hours(2);
inline constexpr Duration exec_max = std::chrono::hours(6);
inline constexpr Duration open_stream_max = std::chrono::seconds(30);
inline constexpr Duration project_files_max = std::chrono::seconds(5);

inline constexpr std::size_t exec_output_bytes_max = std::size_t{64} << 10U;  // the end of it is kept
inline constexpr std::size_t config_bytes_max = std::size_t{1} << 20U;
}  // namespace limit

/// Both arguments outlive the engine, which outlives its calls; streams live on their own. Nobody is asked
/// here. Errors: invalid (a host that is not understood).
Result<std::unique_ptr<Engine>> make_docker_engine(runtime::HttpClient& http, runtime::Clock& clock,
                                                   DockerOptions options);

}  // namespace stackd::engine
