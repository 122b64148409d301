// One engine behind an HttpClient: knows where it is, agrees on a version of the API, and turns refusals
// into Errors. It does not know what is being asked.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "engine/docker_api.h"
#include "engine/docker_read.h"
#include "runtime/clock.h"
#include "runtime/http_client.h"

namespace stackd::engine {

struct DockerRequest {
  DockerRequest(std::string request_method, std::string request_path, Duration request_max)
      : method(std::move(request_method)), path(std::move(request_path)), total_max(request_max) {}

  std::string method;
  std::string path;    // behind the version: "/containers/json?all=1"
  Duration total_max;  // zero: no limit, for streams
  std::string doing;   // for errors: "start container 3f2a"
  std::string body;
  std::string content_type = "application/json";
  std::string registry_auth;
};

class DockerClient {
 public:
  DockerClient(runtime::HttpClient& http, runtime::Clock& clock, DockerHost host);

  /// The version in use; asks the engine when there is none yet.
  runtime::Task<Result<ApiVersion>> api();
  /// Always asks.
  runtime::Task<Result<EngineVersion>> version();

  /// The body of a good answer (2xx, and 304 which says that nothing had to be done).
  runtime::Task<Result<std::string>> send(DockerRequest request);
  /// A good answer that comes bit by bit.
  runtime::Task<Result<std::unique_ptr<runtime::HttpStream>>> open(DockerRequest request);

 private:
  [[nodiscard]] runtime::HttpCall call_for(const DockerRequest& request, std::string url) const;
  Error failed(Error error, const std::string& doing);
  Error refused(int status, std::string_view body, const std::string& doing);

  runtime::HttpClient& http_;
  runtime::Clock& clock_;
  DockerHost host_;
  std::optional<ApiVersion> api_;
};

}  // namespace stackd::engine
