#include "model/release.h"

#include <array>
#include <charconv>

#include "base/check.h"
#include "base/hash.h"
#include "base/text.h"
#include "model/identity.h"

namespace stackd {
namespace {

template <std::size_t Count>
std::size_t index_of(const std::array<std::string_view, Count>& names, std::string_view name) {
  for (std::size_t i = 0; i < Count; ++i) {
    if (names.at(i) == name) return i;
  }
  return 0;
}

constexpr std::string_view as_found_prefix = "as found ";

constexpr std::array<std::string_view, 5> job_states = {"none", "intended", "running", "succeeded", "failed"};
constexpr std::array<std::string_view, 13> deploy_states = {
    "queued", "resolving", "fetching", "gating", "rolling",   "watching",  "live",
    "failed", "reverting", "reverted", "paused", "cancelled", "superseded"};
constexpr std::array<std::string_view, 5> wishes = {"running", "created", "stopped", "down",
                                                    "stopped_outside"};

}  // namespace

std::string to_text(const FileAttributes& attributes) {
  std::array<char, 12> mode{};
  const auto end = std::to_chars(mode.data(), mode.data() + mode.size(), attributes.mode, 8).ptr;
  return std::string(mode.data(), end) + " " + std::to_string(attributes.user_id) + ":" +
         std::to_string(attributes.group_id);
}

std::optional<FileAttributes> file_attributes_from(std::string_view text) {
  const auto number = [&](std::uint32_t& value, int base, char after) {
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (code != std::errc()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (after == 0) return text.empty();
    if (text.empty() || text.front() != after) return false;
    text.remove_prefix(1);
    return true;
  };
  FileAttributes found;
  const bool whole =
      number(found.mode, 8, ' ') && number(found.user_id, 10, ':') && number(found.group_id, 10, 0);
  return whole && found.mode <= 07777 ? std::optional(found) : std::nullopt;
}

std::set<std::string> as_found(const Release& release) {
  std::set<std::string> found;
  for (const auto& [service, prints] : release.fingerprints) {
    for (const auto& [what, id] : prints) {
      if (starts_with(what, as_found_prefix)) found.insert(id);
    }
  }
  return found;
}

void note_as_found(Release& release, const std::string& service, const std::string& container_id) {
  release.fingerprints[service][std::string(as_found_prefix) + short_id(container_id)] = container_id;
}

std::string_view to_string(JobState state) {
  return job_states.at(static_cast<std::size_t>(state));
}

JobState job_state_from(std::string_view name) {
  return static_cast<JobState>(index_of(job_states, name));
}

std::string_view to_string(DeployState state) {
  return deploy_states.at(static_cast<std::size_t>(state));
}

DeployState deploy_state_from(std::string_view name) {
  return static_cast<DeployState>(index_of(deploy_states, name));
}

bool is_final(DeployState state) {
  switch (state) {
    case DeployState::live:
    case DeployState::failed:
    case DeployState::reverted:
    case DeployState::cancelled:
    case DeployState::superseded:
      return true;
    case DeployState::queued:
    case DeployState::resolving:
    case DeployState::fetching:
    case DeployState::gating:
    case DeployState::rolling:
    case DeployState::watching:
    case DeployState::reverting:
    case DeployState::paused:
      return false;
  }
  return false;
}

std::string_view to_string(StackWish wish) {
  return wishes.at(static_cast<std::size_t>(wish));
}

StackWish stack_wish_from(std::string_view name) {
  return static_cast<StackWish>(index_of(wishes, name));
}

std::string set_fingerprint(const std::map<std::string, std::string>& set) {
  std::string text;
  for (const auto& [name, value] : set) text += name + '=' + value + '\0';
  return sha256_hex(text);
}

}  // namespace stackd
