// Deploys as text for people: on their way, and how they ended.
#include "base/text.h"
#include "cli/render.h"

namespace stackd::cli {
namespace {

std::string release_text(std::int64_t number) {
  return "release " + std::to_string(number);
}

std::string what_to_do(const Deploy& deploy) {
  const std::string former = deploy.former == 0 ? "what ran before" : release_text(deploy.former);
  return "nothing more is replaced until somebody decides:\n"
         "  stackctl resume    goes on with " +
         release_text(deploy.release) +
         "\n"
         "  stackctl rollback  puts " +
         former +
         " back\n"
         "  stackctl cancel    gives the deploy up, which puts " +
         former + " back too\n";
}

std::string live_text(const Deploy& deploy, const std::string& took, const Style& style) {
  if (deploy.release == 0 || deploy.release == deploy.former) {
    const std::string said = deploy.cause.empty() ? "nothing to do" : deploy.cause;
    return coloured(harmless(said), Colour::good, style.colours) + "\n";
  }
  const std::string copy = deploy.copied_from == 0 ? "" : ", a copy of " + release_text(deploy.copied_from);
  const std::string rest = deploy.start ? "" : "; made and not started, `stackctl start` does that";
  return coloured("live: " + release_text(deploy.release), Colour::good, style.colours) + copy + took + rest +
         "\n";
}

}  // namespace

std::string age(WallTime since, WallTime now) {
  const Duration whole = std::chrono::floor<std::chrono::seconds>(now - since);
  return whole < std::chrono::seconds(1) ? "0s" : to_human(whole);
}

std::string to_second(WallTime at) {
  std::string text = to_rfc3339(at).substr(0, 19);
  text[10] = ' ';
  return text;
}

std::string quoted_lines(const std::string& text) {
  std::string out;
  for (const std::string& line : split(text, '\n')) out += "  | " + harmless(line) + "\n";
  return out;
}

std::string progress_words(const protocol::DeployProgress& progress) {
  const std::string state(to_string(progress.state));
  if (!progress.service.empty()) return progress.text.empty() ? state : progress.text;
  if (is_final(progress.state)) return {};
  if (progress.state == DeployState::paused || progress.text.empty() || progress.text == state) return state;
  return state + ": " + progress.text;
}

std::string deploy_end_text(const Deploy& deploy, DeployState wanted, const Style& style) {
  const std::string took = deploy.ended_at
                               ? " after " + to_human(std::chrono::floor<std::chrono::milliseconds>(
                                                 *deploy.ended_at - deploy.requested_at))
                               : "";
  if (deploy.state == DeployState::live) return live_text(deploy, took, style);
  if (deploy.state == wanted) return std::string(to_string(wanted)) + took + "\n";
  std::string out = coloured(std::string(to_string(deploy.state)), Colour::bad, style.colours) + took;
  if (!deploy.cause.empty()) out += ":";
  for (const std::string& line : split(deploy.cause, '\n'))
    out += (line.empty() || starts_with(line, " ") ? "" : " ") + harmless(line) + "\n";
  if (!deploy.last_words.empty()) out += "its last words:\n" + quoted_lines(deploy.last_words);
  if (deploy.state == DeployState::paused) out += what_to_do(deploy);
  return out;
}

std::string deploy_words(const Deploy& deploy, WallTime now) {
  std::string text = "deploy " + deploy.id + ": " + std::string(to_string(deploy.state));
  if (is_final(deploy.state)) {
    if (deploy.ended_at) text += " " + age(*deploy.ended_at, now) + " ago";
    if (!deploy.cause.empty()) text += ": " + deploy.cause;
  } else if (deploy.state == DeployState::paused) {
    text += ": " + deploy.cause + "; `stackctl resume`, `stackctl rollback` or `stackctl cancel`";
  } else if (deploy.state == DeployState::reverting) {
    text += " to " + release_text(deploy.former) + ": " + deploy.cause;
  } else {
    text += " since " + age(deploy.requested_at, now);
  }
  return harmless(text);
}

}  // namespace stackd::cli
