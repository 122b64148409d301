// The pages of the projects as a visitor has them: http://SERVICE.PROJECT/ is answered by what of that
// service works at the moment. Nothing else is there.
#pragma once

#include <functional>
#include <string>

#include "runtime/http_client.h"
#include "support/sim_clock.h"
#include "support/sim_host.h"

namespace stackd::sim {

class SimHttp final : public runtime::HttpClient {
 public:
  SimHttp(SimClock& clock, const SimHost& host) : clock_(clock), host_(host) {}

  std::function<Duration()> delays;                                   // of a question; absent: a millisecond
  std::function<void(const std::string& url, int status)> on_answer;  // status 0: nobody was there

  runtime::Task<Result<runtime::HttpResponse>> send(runtime::HttpCall call) override;
  runtime::Task<Result<std::unique_ptr<runtime::HttpStream>>> open(runtime::HttpCall call) override;

 private:
  [[nodiscard]] bool works(const std::string& name) const;

  SimClock& clock_;
  const SimHost& host_;
};

}  // namespace stackd::sim
