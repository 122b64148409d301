#include "base/text.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "protocol/wire.h"

namespace stackd::cli {
namespace {

struct Versions {
  std::optional<protocol::VersionReport> daemon;
  std::string why_not;  // when there is no daemon
};

Versions ask_daemon(Session& session) {
  Versions versions;
  Result<std::unique_ptr<Client>> client = connect_client(socket_path(session), session.daemon_is_gone);
  if (!client) {
    versions.why_not = client.error().message;
    return versions;
  }
  const Result<json::value> body = (*client)->get("/v1/version");
  if (!body) {
    versions.why_not = body.error().message;
    return versions;
  }
  Result<protocol::VersionReport> report = protocol::version_from_json(*body);
  if (report) {
    versions.daemon = *std::move(report);
  } else {
    versions.why_not = report.error().message;
  }
  return versions;
}

void print_text(Session& session, const Versions& versions) {
  std::ostream& out = *session.out;
  out << "stackctl  " STACKD_VERSION "\n";
  if (!versions.daemon) {
    out << "stackd    " << split(versions.why_not, '\n').front() << "\n";
    return;
  }
  out << "stackd    " << versions.daemon->stackd << "\n";
  if (!versions.daemon->engine) {
    out << "engine    not reached by stackd; `stackctl status` says why\n";
    return;
  }
  out << "engine    " << *versions.daemon->engine << " (API " << versions.daemon->engine_api.value_or("?")
      << ", " << versions.daemon->engine_platform.value_or("?") << ")\n";
}

int run_version(Session& session, const Arguments&) {
  const Versions versions = ask_daemon(session);
  if (!session.global.json) {
    print_text(session, versions);
    return exit_done;
  }
  json::object out;
  out["stackctl"] = STACKD_VERSION;
  protocol::VersionReport unknown;
  json::value of_daemon = protocol::to_json(versions.daemon.value_or(unknown));
  for (auto& field : of_daemon.get_object()) out[field.key()] = field.value();
  if (!versions.daemon) out["stackd"] = nullptr;
  print_json(session, out);
  return exit_done;
}

}  // namespace

Command version_command() {
  Command command;
  command.name = "version";
  command.group = CommandGroup::other;
  command.summary = "the versions of stackctl, stackd and the engine";
  command.details = "Without a running stackd it says so and shows its own version; that is no failure.";
  command.examples = {{"stackctl version", ""}, {"stackctl version --json", "for scripts"}};
  command.run = run_version;
  return command;
}

}  // namespace stackd::cli
