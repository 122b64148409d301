// One question to the daemon, its answer read into the type it stands for; and the addresses of things.
#pragma once

#include <string>

#include "cli/client.h"
#include "protocol/target.h"
#include "protocol/wire.h"

namespace stackd::cli {

template <typename T>
Result<T> ask(Client& client, const std::string& target, Result<T> (*read)(const json::value&)) {
  const Result<json::value> body = client.get(target);
  if (!body) return body.error();
  return read(*body);
}

inline std::string stack_target(const std::string& stack, const std::string& rest = "") {
  return "/v1/stacks/" + protocol::percent_encode(stack) + rest;
}

inline Result<protocol::StackStatus> ask_status(Client& client, const std::string& stack) {
  return ask(client, stack_target(stack), protocol::stack_status_from_json);
}

}  // namespace stackd::cli
