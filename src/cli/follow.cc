#include "cli/follow.h"

#include <algorithm>

#include "cli/ask.h"
#include "cli/progress.h"
#include "cli/render.h"

namespace stackd::cli {
namespace {

using protocol::DeployProgress;
using protocol::ServiceStatus;
using protocol::StackStatus;

constexpr auto poll_every = std::chrono::milliseconds(200);
constexpr int order_reconnects_max = 60;  // half a minute: time for stackd to be restarted

Colour colour_of(const std::string& text, DeployState state) {
  if (state == DeployState::paused || state == DeployState::cancelled) return Colour::bad;

  if (text == "ready" || text == "done" || state == DeployState::live) return Colour::good;
  if (state == DeployState::failed || state == DeployState::reverted || state == DeployState::reverting) {
    return Colour::bad;
  }
  return Colour::plain;
}

int say_detached(Session& session, const std::string& what) {
  *session.err << "\ndetached: " << what << " goes on without you; `stackctl status` shows how far it is\n";
  return exit_failed;
}

/// What ended the following is not the end of it: a stackd that is gone goes on with it when it is back.
int fail_following(Session& session, Error error, const std::string& what) {
  if (session.daemon_is_gone)
    error.message +=
        "\n  " + what + " goes on when stackd is back; `stackctl status` then shows how far it is";
  return fail(session, error);
}

/// A stackd that is restarted in the middle goes on with the deploy; so does whoever follows it.
class DeployFollower {
 public:
  DeployFollower(Session& session, Client& client, const Deploy& deploy, WallTime since)
      : session_(session),
        client_(client),
        deploy_(deploy),
        view_(session.terminal, deploy.requested_at),
        shown_until_(since) {}

  /// Errors: what ended the following before the deploy ended.
  Result<Deploy> run() {
    int failures = 0;
    while (!client_.interrupted()) {
      Result<void> read = read_stream();
      if (client_.interrupted()) break;
      const Result<Deploy> now = ask(client_, target(), protocol::deploy_from_json);
      if (now && (is_final(now->state) || now->state == DeployState::paused)) return *now;
      if (now) failures = 0;
      if (!now && now.error().kind == ErrorKind::not_found) return now.error();
      if (!now && ++failures > order_reconnects_max) return read.ok() ? now.error() : read.error();
      if (!client_.pause(reconnect_every)) break;
    }
    return deploy_;
  }

 private:
  [[nodiscard]] std::string target() const { return "/v1/deploys/" + protocol::percent_encode(deploy_.id); }

  Result<void> read_stream() {
    Result<std::unique_ptr<Lines>> lines = client_.open(target() + "/progress");
    if (!lines) return lines.error();
    while (true) {
      const Result<std::optional<json::value>> line = (*lines)->next();
      if (!line) return line.error();
      if (!line->has_value()) return {};
      const Result<DeployProgress> progress = protocol::progress_from_json(**line);
      if (!progress) return progress.error();
      show(*progress, **line);
    }
  }

  void show(const DeployProgress& progress, const json::value& line) {
    // After a reconnect what happened before comes again.
    if (progress.at < shown_until_) return;
    if (progress.at == shown_until_ && to_text(line) == shown_last_) return;
    shown_until_ = progress.at;
    shown_last_ = to_text(line);
    if (session_.global.json) return print_json(session_, line);
    const std::string text = progress_words(progress);
    if (text.empty()) return;
    *session_.out << view_.show(progress.at, progress.service, text, colour_of(text, progress.state))
                  << std::flush;
  }

  Session& session_;
  Client& client_;
  Deploy deploy_;
  ProgressView view_;
  WallTime shown_until_;
  std::string shown_last_;
};

bool is_shown(const std::vector<std::string>& services, const std::string& name) {
  return services.empty() || std::find(services.begin(), services.end(), name) != services.end();
}

void say_why(Session& session, const StackStatus& status, const std::vector<std::string>& services) {
  for (const ServiceStatus& service : status.services) {
    if (!is_shown(services, service.name) || !service.why) continue;
    *session.err << "stackctl: " << service.name << " is " << state_words(service.state) << ": "
                 << harmless(*service.why) << "; `stackctl why " << service.name << "` says more\n";
  }
}

/// A deploy behind one that is paused begins only when a person has decided about that one.
void warn_of_pause(Session& session, Client& client, const Deploy& deploy) {
  const Result<std::vector<Deploy>> deploys =
      ask(client, stack_target(deploy.stack, "/deploys"), protocol::deploys_from_json);
  if (!deploys) return;
  for (const Deploy& other : *deploys) {
    if (other.id == deploy.id || other.state != DeployState::paused) continue;
    warn(session, "deploy " + other.id +
                      " is paused, this one waits until `stackctl resume`, `stackctl "
                      "rollback` or `stackctl cancel` ends that");
  }
}

/// What holds after a deploy that did not become live.
std::string aftermath(Client& client, const Deploy& deploy) {
  if (deploy.state == DeployState::live || deploy.state == DeployState::paused || deploy.release == 0)
    return {};
  const Result<StackStatus> status = ask_status(client, deploy.stack);
  if (!status || status->release == 0) return {};
  return "release " + std::to_string(status->release) + " is current; `stackctl show " +
         std::to_string(deploy.release) + "` tells all about release " + std::to_string(deploy.release) +
         "\n";
}

}  // namespace

int follow_deploy(Session& session, Client& client, const Followed& followed) {
  const Result<Deploy> begun =
      ask(client, "/v1/deploys/" + protocol::percent_encode(followed.deploy_id), protocol::deploy_from_json);
  if (!begun) return fail(session, begun.error());
  warn_of_pause(session, client, *begun);
  client.catch_interrupts();
  DeployFollower follower(session, client, *begun, followed.since);
  Result<Deploy> ended = follower.run();
  if (!ended) return fail_following(session, ended.error(), "deploy " + followed.deploy_id);
  if (followed.place && !session.global.json) ended->cause = followed.place(ended->cause);
  if (client.interrupted()) return say_detached(session, "deploy " + followed.deploy_id);
  const bool as_wanted = ended->state == followed.wanted;
  if (session.global.json) {
    print_json(session, protocol::to_json(*ended));
  } else {
    session.out->flush();
    *(as_wanted ? session.out : session.err)
        << deploy_end_text(*ended, followed.wanted, style_of(session)) << aftermath(client, *ended);
  }
  return as_wanted ? exit_done : exit_failed;
}

int say_accepted(Session& session, const std::string& stack, const Followed& followed) {
  if (session.global.json) {
    print_json(session, protocol::deploy_accepted(followed.deploy_id));
  } else {
    *session.out << "deploy " << followed.deploy_id << " of " << stack
                 << " is accepted; `stackctl status` shows how far it is\n";
  }
  return exit_done;
}

int follow_services(Session& session, Client& client, const std::string& stack,
                    const std::vector<std::string>& services, const Arrived& arrived) {
  client.catch_interrupts();
  ProgressView view(session.terminal, session.now());
  while (true) {
    const Result<StackStatus> status = ask_status(client, stack);
    if (client.interrupted()) return say_detached(session, "what you asked for");
    if (!status) return fail_following(session, status.error(), "what you asked for");
    for (const ServiceStatus& service : status->services) {
      if (session.global.json || !is_shown(services, service.name)) continue;
      *session.out << view.show(session.now(), service.name, state_words(service.state),
                                state_colour(service.state));
    }
    session.out->flush();
    const std::optional<ExitCode> code = arrived(*status);
    if (code && session.global.json) print_json(session, protocol::to_json(*status));
    if (code && *code != exit_done) say_why(session, *status, services);
    if (code) return *code;
    if (!client.pause(poll_every)) return say_detached(session, "what you asked for");
  }
}

}  // namespace stackd::cli
