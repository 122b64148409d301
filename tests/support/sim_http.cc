#include "support/sim_http.h"

#include <algorithm>

namespace stackd::sim {
namespace {

constexpr int status_of_a_page = 200;

/// It has been answered whole.
class Page final : public runtime::HttpStream {
 public:
  explicit Page(int status) : status_(status) {}

  int status() const override { return status_; }
  const std::vector<runtime::HttpHeader>& headers() const override { return headers_; }
  runtime::Task<Result<std::optional<std::string>>> read() override {
    std::optional<std::string> nothing;
    co_return nothing;
  }

 private:
  int status_;
  std::vector<runtime::HttpHeader> headers_;
};

/// "web.shop" of "http://web.shop/".
std::string host_of(const std::string& url) {
  const std::size_t begin = url.find("://") + 3;
  return url.substr(begin, url.find_first_of(":/", begin) - begin);
}

}  // namespace

bool SimHttp::works(const std::string& name) const {
  const std::string service = name.substr(0, name.find('.'));
  const std::string project = name.substr(name.find('.') + 1);
  const auto& all = host_.containers();
  return std::any_of(all.begin(), all.end(), [&](const auto& entry) {
    const HostContainer& container = entry.second;
    return container.seen.project == project && container.seen.service == service && host_.works(container) &&
           host_.has_network(container);
  });
}

runtime::Task<Result<runtime::HttpResponse>> SimHttp::send(runtime::HttpCall call) {
  Result<std::unique_ptr<runtime::HttpStream>> stream = co_await open(std::move(call));
  if (!stream) co_return stream.error();
  runtime::HttpResponse response;
  response.status = (*stream)->status();
  co_return response;
}

runtime::Task<Result<std::unique_ptr<runtime::HttpStream>>> SimHttp::open(runtime::HttpCall call) {
  const Duration delay = delays ? delays() : std::chrono::milliseconds(1);
  const bool late = delay > call.total_max;
  co_await runtime::sleep_for(clock_, std::min(delay, call.total_max));
  const bool answers = !late && works(host_of(call.url));
  if (on_answer) on_answer(call.url, answers ? status_of_a_page : 0);
  if (!answers) {
    Error nobody{late ? ErrorKind::timeout : ErrorKind::unavailable,
                 late ? "no answer in time" : "connection refused"};
    co_return nobody;
  }
  std::unique_ptr<runtime::HttpStream> page = std::make_unique<Page>(status_of_a_page);
  co_return page;
}

}  // namespace stackd::sim
