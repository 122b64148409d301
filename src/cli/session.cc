#include "cli/session.h"

#include "protocol/wire.h"

namespace stackd::cli {
namespace {

int exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::not_found:
      return exit_not_found;
    case ErrorKind::invalid:
    case ErrorKind::conflict:
    case ErrorKind::unavailable:
    case ErrorKind::forbidden:
    case ErrorKind::timeout:
    case ErrorKind::unknown:
    case ErrorKind::internal:
      return exit_failed;
  }
  return exit_failed;
}

}  // namespace

std::string variable(const Session& session, const std::string& name) {
  const auto found = session.environment.find(name);
  return found == session.environment.end() ? std::string() : found->second;
}

int fail(Session& session, const Error& error) {
  if (session.global.json) {
    print_json(session, protocol::to_json(error));
  } else {
    *session.err << "stackctl: " << error.message << "\n";
  }
  // What stackd itself calls unavailable is something else.
  if (error.kind == ErrorKind::unavailable && session.daemon_is_gone) return exit_no_daemon;
  return exit_code_of(error.kind);
}

void warn(Session& session, const std::string& text) {
  *session.err << "stackctl: warning: " << text << "\n";
}

void print_json(Session& session, const json::value& value) {
  *session.out << to_text(value) << "\n";
}

}  // namespace stackd::cli
