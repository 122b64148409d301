// Streams as newline-delimited JSON: one value a line, each sent as soon as it is there.
#pragma once

#include <boost/json/value.hpp>
#include <memory>
#include <utility>

#include "base/json.h"
#include "daemon/control.h"
#include "runtime/http_server.h"

namespace stackd::api {

using JsonLines = std::unique_ptr<daemon::Stream<json::value>>;

namespace detail {

template <typename T>
class JsonOf final : public daemon::Stream<json::value> {
 public:
  JsonOf(std::unique_ptr<daemon::Stream<T>> values, json::value (*to_line)(const T&))
      : values_(std::move(values)), to_line_(to_line) {}

  daemon::Awaitable<Result<std::optional<json::value>>> next() override {
    const Result<std::optional<T>> value = co_await values_->next();
    if (!value) co_return value.error();
    if (!value->has_value()) co_return std::optional<json::value>();
    co_return std::optional<json::value>(to_line_(**value));
  }

 private:
  std::unique_ptr<daemon::Stream<T>> values_;
  json::value (*to_line_)(const T&);
};

}  // namespace detail

/// `to_line` gives the line for one value (wire.h).
template <typename T>
JsonLines as_lines(std::unique_ptr<daemon::Stream<T>> values, json::value (*to_line)(const T&)) {
  return std::make_unique<detail::JsonOf<T>>(std::move(values), to_line);
}

/// Sends until the stream ends or the reader is gone. A stream that breaks ends with a line {"error"}.
runtime::Task<void> send_lines(runtime::HttpReply& reply, JsonLines lines);

}  // namespace stackd::api
