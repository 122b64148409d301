// One request of libcurl: its settings, what came back so far, and what an end of it means.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/bell.h"
#include "runtime/curl_multi.h"
#include "runtime/http_client.h"

namespace stackd::runtime {

class CurlTransfer final : private CurlMulti::Listener {
 public:
  enum class Mode { whole, streamed };

  /// Errors: invalid, when the call can't be sent as it is. The transfer runs until it is destroyed.
  static Result<std::unique_ptr<CurlTransfer>> start(std::shared_ptr<CurlMulti> multi, HttpCall call,
                                                     Mode mode);
  ~CurlTransfer() override;
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  /// Status and headers are there, or it has ended before.
  Task<void> headers_came();
  /// Something can be taken, or it has ended.
  Task<void> bytes_came();
  Task<void> ended();

  [[nodiscard]] bool has_headers() const { return headers_complete_; }
  [[nodiscard]] bool has_ended() const { return end_.has_value(); }
  /// How it ended, and whether an order may have had an effect.
  [[nodiscard]] Result<void> outcome() const;

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const std::vector<HttpHeader>& headers() const { return headers_; }
  /// The body that came since the last call; lets a sender go on that was held up.
  std::string take_bytes();

 private:
  CurlTransfer(std::shared_ptr<CurlMulti> multi, HttpCall call, Mode mode);
  [[nodiscard]] Result<void> configure();
  void configure_body();
  [[nodiscard]] Result<void> configure_headers();
  void add_header_line(const std::string& line);
  void on_end(CURLcode code) override;
  [[nodiscard]] Error error_of_connecting() const;
  [[nodiscard]] bool is_of_unknown_authority() const;
  [[nodiscard]] std::string whom() const;
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);

  std::shared_ptr<CurlMulti> multi_;
  HttpCall call_;
  Mode mode_;
  bool is_order_;
  CURL* easy_;
  curl_slist* request_headers_ = nullptr;
  curl_slist* connect_to_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> curl_says_{};

  Bell changed_;
  int status_ = 0;
  std::vector<HttpHeader> headers_;
  std::size_t header_bytes_ = 0;
  bool headers_complete_ = false;
  std::string bytes_;
  bool paused_ = false;
  bool too_large_ = false;
  std::optional<CURLcode> end_;
};

}  // namespace stackd::runtime
