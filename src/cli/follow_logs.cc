#include "cli/follow_logs.h"

#include <algorithm>
#include <map>
#include <set>

#include "cli/ask.h"
#include "cli/render.h"
#include "cli/table.h"
#include "protocol/seen.h"
#include "protocol/wire.h"

namespace stackd::cli {
namespace {

constexpr int log_reconnects_max = 120;  // a minute: time for stackd to be restarted

std::string query_of(const LogsWanted& wanted) {
  protocol::QueryWriter query;
  for (const std::string& service : wanted.services) query.add("service", service);
  query.add_flag("follow", wanted.follow);
  if (wanted.since) query.add("since", to_rfc3339(*wanted.since));
  if (wanted.tail) query.add("tail", std::to_string(*wanted.tail));
  if (wanted.release) query.add("release", std::to_string(*wanted.release));
  return query.text();
}

class LogShower {
 public:
  LogShower(Session& session, Client& client, const LogsWanted& wanted, const LogView& view)
      : session_(session), client_(client), wanted_(wanted), view_(view), style_(style_of(session)) {}

  int run() {
    client_.catch_interrupts();
    Result<void> read = read_stream();
    int failures = 0;
    while (!read && wanted_.follow && has_begun_ && read.error().kind == ErrorKind::unavailable) {
      const std::size_t shown = shown_;
      if (++failures > log_reconnects_max || !client_.pause(reconnect_every)) break;
      go_on();
      read = read_stream();
      if (shown_ > shown) failures = 0;
    }
    if (client_.interrupted() || read) return exit_done;
    return fail(session_, read.error());
  }

 private:
  // From the last line on, a little earlier: what was shown is left out.
  void go_on() {
    wanted_.tail.reset();
    for (auto& [from, seen] : seen_) {
      seen.read_again();
      if (seen.last())
        wanted_.since = std::max(wanted_.since, std::optional(*seen.last() - protocol::read_again_from));
    }
    if (!wanted_.since) wanted_.since = begun_at_;
  }

  Result<void> read_stream() {
    Result<std::unique_ptr<Lines>> lines =
        client_.open(stack_target(wanted_.stack, "/logs" + query_of(wanted_)));
    if (!lines) return lines.error();
    if (!has_begun_) begun_at_ = session_.now();
    has_begun_ = true;
    while (true) {
      const Result<std::optional<json::value>> next = (*lines)->next();
      if (!next) return next.error();
      if (!next->has_value()) return {};
      const Result<protocol::LogLine> line = protocol::log_line_from_json(**next);
      if (!line) return line.error();
      if (is_new(*line)) show(*line, **next);
      if (!session_.out->good()) return {};  // who read it has gone: `stackctl logs | head`
    }
  }

  bool is_new(const protocol::LogLine& line) {
    if (line.notice) return notices_.insert(line.container_id + line.text).second;
    return !line.at || seen_[{line.container_id, line.error_stream}].is_new(*line.at);
  }

  void show(const protocol::LogLine& line, const json::value& body) {
    ++shown_;
    if (session_.global.json) {
      print_json(session_, body);
    } else if (line.notice) {
      session_.out->flush();
      warn(session_, harmless(line.container) + ": " + harmless(line.text));
    } else {
      view_.name_width = std::max(view_.name_width, width_of(line.container));
      *session_.out << log_text(line, view_.name_width, view_.timestamps, style_);
    }
    session_.out->flush();
  }

  Session& session_;
  Client& client_;
  LogsWanted wanted_;
  LogView view_;
  Style style_;
  std::map<std::pair<std::string, bool>, protocol::Seen> seen_;  // by container and stream
  std::set<std::string> notices_;
  WallTime begun_at_;
  bool has_begun_ = false;
  std::size_t shown_ = 0;
};

}  // namespace

int show_logs(Session& session, Client& client, const LogsWanted& wanted, const LogView& view) {
  return LogShower(session, client, wanted, view).run();
}

}  // namespace stackd::cli
