#include "daemon/deploy/blame.h"

#include <algorithm>

#include "base/text.h"
#include "decide/replace/gate.h"

namespace stackd::daemon {
namespace {

/// "web ended …", "web-1 ended …"
bool begins_with(const std::string& cause, const std::string& service) {
  if (service.empty() || !starts_with(cause, service)) return false;
  const std::string rest = cause.substr(service.size());
  if (starts_with(rest, " ") || starts_with(rest, ":")) return true;
  if (!starts_with(rest, "-")) return false;
  const std::size_t end = rest.find_first_not_of("0123456789", 1);
  return end > 1 && end != std::string::npos && (rest[end] == ' ' || rest[end] == ':');
}

/// Also "start web: …", "create shop-web-1: …", "image web:2 of service web can't be pulled".
bool is_about(const std::string& cause, const std::string& service) {
  if (begins_with(cause, service)) return true;
  const std::size_t order = cause.find(' ');
  if (order == std::string::npos) return false;
  const std::string object = cause.substr(order + 1);
  if (starts_with(cause, "start ") || starts_with(cause, "connect ")) return begins_with(object, service);
  if (starts_with(cause, "create ")) {
    const std::size_t at = object.substr(0, object.find(':')).rfind("-" + service + "-");
    return at != std::string::npos && begins_with(object.substr(at + 1), service);
  }
  const std::size_t named = cause.find(" of service " + service + " ");
  return starts_with(cause, "image ") && named != std::string::npos;
}

std::string outcome_of(DeployState state) {
  switch (state) {
    case DeployState::failed:
      return "failed";
    case DeployState::reverting:
      return "is being reverted";
    case DeployState::reverted:
      return "was reverted";
    case DeployState::paused:
      return "is paused";
    case DeployState::cancelled:
      return "was cancelled";
    case DeployState::queued:
    case DeployState::resolving:
    case DeployState::fetching:
    case DeployState::gating:
    case DeployState::rolling:
    case DeployState::watching:
    case DeployState::live:
    case DeployState::superseded:
      return {};
  }
  return {};
}

}  // namespace

const Deploy* last_attempt(const std::vector<Deploy>& newest_first) {
  for (const Deploy& deploy : newest_first) {
    if (deploy.state != DeployState::queued && deploy.state != DeployState::superseded) return &deploy;
  }
  return nullptr;
}

const Deploy* attempt_to_tell(const std::vector<Deploy>& newest_first) {
  const Deploy* told = newest_first.empty() ? nullptr : &newest_first.front();
  for (const Deploy& deploy : newest_first) {
    if (!is_final(deploy.state)) told = &deploy;
  }
  return told;
}

std::string blame(const Deploy& deploy, const std::string& service) {
  const std::string outcome = outcome_of(deploy.state);
  const bool about =
      is_about(deploy.cause, service) || begins_with(deploy.cause, decide::pre_deploy_job(service));
  if (outcome.empty() || !about) return {};
  std::string text = "The last deploy";
  if (deploy.release != 0) text += ", of release " + std::to_string(deploy.release) + ",";
  text += " " + outcome + " because of it: " + deploy.cause + ".";
  if (!deploy.last_words.empty()) text += "\n" + deploy.last_words;
  return text;
}

void add_blame(std::vector<std::string>& chain, const std::string& blamed) {
  if (blamed.empty()) return;
  const std::size_t head = std::min(blamed.find('\n'), blamed.size());
  const std::string words = blamed.substr(std::min(head + 1, blamed.size()));
  const bool quoted = std::any_of(chain.begin(), chain.end(), [&words](const std::string& sentence) {
    return sentence.find(words) != std::string::npos;
  });
  chain.push_back(words.empty() || quoted ? blamed.substr(0, head) : blamed);
}

}  // namespace stackd::daemon
