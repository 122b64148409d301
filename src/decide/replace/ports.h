// Host ports that change hands while a release is rolled out: two services that exchange theirs have both to
// be stopped before either can start.
#pragma once

#include <string>
#include <vector>

#include "decide/picture/state.h"

namespace stackd::decide {

/// Whether nobody could listen on both addresses of a host at one port; "" is all of them.
bool meet(const std::string& one, const std::string& other);

struct PortHolder {
  const ObservedContainer* container = nullptr;
  std::string port;           // "8080/tcp"
  bool waits_for_us = false;  // it is replaced only after the service: nobody else would stop it
};

/// Containers of other services of the stack that are to be replaced, are up, and hold a host port that the
/// service is to have, as far as the release before tells.
std::vector<PortHolder> port_holders(const State& state, const Service& service);

}  // namespace stackd::decide
