// Shows what containers write, until it ends or Ctrl-C; a stackd that is restarted meanwhile is waited for.
#pragma once

#include "cli/client.h"
#include "cli/session.h"
#include "protocol/requests.h"

namespace stackd::cli {

using LogsWanted = protocol::LogsRequest;

struct LogView {
  std::size_t name_width = 0;
  bool timestamps = false;
};

/// Returns the exit code.
int show_logs(Session& session, Client& client, const LogsWanted& wanted, const LogView& view);

}  // namespace stackd::cli
