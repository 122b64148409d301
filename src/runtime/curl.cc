#include "runtime/curl.h"

#include <utility>

#include "runtime/curl_transfer.h"

namespace stackd::runtime {

namespace {

class CurlStream final : public HttpStream {
 public:
  explicit CurlStream(std::unique_ptr<CurlTransfer> transfer) : transfer_(std::move(transfer)) {}

  int status() const override { return transfer_->status(); }
  const std::vector<HttpHeader>& headers() const override { return transfer_->headers(); }

  Task<Result<std::optional<std::string>>> read() override {
    co_await transfer_->bytes_came();
    std::optional<std::string> bytes = transfer_->take_bytes();
    if (!bytes->empty()) co_return bytes;
    const Result<void> outcome = transfer_->outcome();
    if (!outcome) co_return outcome.error();
    bytes.reset();
    co_return bytes;
  }

 private:
  std::unique_ptr<CurlTransfer> transfer_;
};

}  // namespace

CurlClient::CurlClient(boost::asio::any_io_executor executor)
    : multi_(CurlMulti::make(std::move(executor))) {}

CurlClient::~CurlClient() = default;

Task<Result<HttpResponse>> CurlClient::send(HttpCall call) {
  auto started = CurlTransfer::start(multi_, std::move(call), CurlTransfer::Mode::whole);
  if (!started) co_return started.error();
  const std::unique_ptr<CurlTransfer> transfer = std::move(*started);
  co_await transfer->ended();
  const Result<void> outcome = transfer->outcome();
  if (!outcome) co_return outcome.error();
  HttpResponse response;
  response.status = transfer->status();
  response.headers = transfer->headers();
  response.body = transfer->take_bytes();
  co_return response;
}

Task<Result<std::unique_ptr<HttpStream>>> CurlClient::open(HttpCall call) {
  auto started = CurlTransfer::start(multi_, std::move(call), CurlTransfer::Mode::streamed);
  if (!started) co_return started.error();
  std::unique_ptr<CurlTransfer> transfer = std::move(*started);
  co_await transfer->headers_came();
  if (!transfer->has_headers()) {
    const Result<void> outcome = transfer->outcome();
    if (!outcome) co_return outcome.error();
    Error empty{ErrorKind::unavailable, "the answer ended before it began"};
    co_return empty;
  }
  std::unique_ptr<HttpStream> stream = std::make_unique<CurlStream>(std::move(transfer));
  co_return stream;
}

}  // namespace stackd::runtime
