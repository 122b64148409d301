#include "cli/show.h"

#include <algorithm>

#include "base/text.h"
#include "cli/diff.h"
#include "cli/secrets.h"
#include "compose/print/go_yaml.h"
#include "compose/read/node_json.h"

namespace stackd::cli {
namespace {

constexpr std::size_t diff_context = 3;
constexpr std::size_t id_digits = 12;

/// "" for what is no configuration.
std::string to_yaml(const std::string& canonical) {
  const Result<compose::Node> node = compose::node_from_json(canonical);
  return node ? compose::to_go_yaml(*node, true) : std::string();
}

HistoryEntry entry_of(const ReleaseStory& story) {
  for (HistoryEntry& entry : history_entries(story.history, false)) {
    if (entry.release == story.release.number) return entry;
  }
  return {};
}

std::string short_id(const std::string& id) {
  const std::size_t colon = id.find(':');
  return id.substr(colon == std::string::npos ? 0 : colon + 1, id_digits);
}

std::string title(const std::string& text) {
  return "\n" + text + "\n";
}

std::string fact(const std::string& name, const std::string& value) {
  constexpr std::size_t name_width = 12;
  if (value.empty()) return {};
  return "  " + name + std::string(name_width - std::min(name_width - 1, name.size()), ' ') +
         harmless(value) + "\n";
}

std::string made_by(const HistoryEntry& entry, const Release& release) {
  std::string text = entry.what;
  if (!release.source.user.empty()) text += " by " + release.source.user;
  if (entry.deploy != nullptr) text += " (deploy " + entry.deploy->id + ")";
  return text;
}

std::string times(const HistoryEntry& entry, const Release& release) {
  std::string text = to_second(entry.at) + " UTC";
  if (release.live_at) return text + ", live since " + to_second(*release.live_at);
  if (entry.deploy != nullptr && entry.deploy->ended_at) {
    text += ", ended " + to_second(*entry.deploy->ended_at);
  }
  return text;
}

std::string variables(const std::map<std::string, std::string>& values) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : values) parts.push_back(name + "=" + value);
  return join(parts, " ");
}

std::string facts(const ReleaseStory& story, const HistoryEntry& entry) {
  const ReleaseSource& source = story.release.source;
  std::string out = "release " + std::to_string(story.release.number) + " of " + story.release.stack + ": " +
                    entry.state + (entry.can_return ? ", can be returned to" : "") + "\n";
  out += fact("made by", made_by(entry, story.release)) + fact("when", times(entry, story.release));
  out += fact("folder", source.working_dir) + fact("files", join(source.config_files, ", "));
  out += fact("env files", join(source.environment_files, ", "));
  out += fact("profiles", join(source.profiles, ", ")) + fact("variables", variables(source.variables));
  if (entry.deploy == nullptr) return out;
  if (entry.deploy->state == DeployState::live) return out + fact("verified", entry.deploy->cause);
  out += fact("cause", entry.deploy->cause);
  out += fact("logs", "stackctl logs --release " + std::to_string(story.release.number));
  if (!entry.deploy->last_words.empty()) {
    out += title("last words of what failed") + quoted_lines(entry.deploy->last_words);
  }
  return out;
}

std::string images_text(const Release& release, const Style& style) {
  if (release.images.empty()) return {};
  std::vector<Row> rows;
  for (const auto& [service, image] : release.images) {
    Row row;
    row.cells.push_back({"  " + service, Colour::plain});
    row.cells.push_back({harmless(image.reference), Colour::plain});
    row.cells.push_back({image.id.empty() ? "-" : short_id(image.id), Colour::plain});
    row.cells.push_back({image.digest.empty() ? "-" : harmless(image.digest), Colour::faint});
    rows.push_back(std::move(row));
  }
  return "\n" + table_text({"  SERVICE", "IMAGE", "ID", "DIGEST"}, {}, rows, {style.colours, style.columns});
}

std::string job_words(const JobRun& run) {
  switch (run.state) {
    case JobState::none:
      return "not begun";
    case JobState::intended:
      return "about to start";
    case JobState::running:
      return "running";
    case JobState::succeeded:
      return run.container_id.empty() ? "counted as done" : "succeeded";
    case JobState::failed:
      return "failed with exit code " + std::to_string(run.exit_code);
  }
  return "unknown";
}

std::string jobs_text(const ReleaseStory& story) {
  if (story.jobs.empty()) return {};
  std::string out = title("jobs");
  const Deploy* maker = maker_of(story.history, story.release.number);
  for (const JobRun& run : story.jobs) {
    out += "  " + run.service + "  " + job_words(run) + ", " + to_second(run.changed_at) + " UTC\n";
    // A job that failed the deploy has been quoted above.
    const bool quoted = maker != nullptr && maker->last_words == run.last_words;
    if (!run.last_words.empty() && !quoted) out += quoted_lines(run.last_words);
  }
  return out;
}

std::string plan_text(const Deploy* maker) {
  if (maker == nullptr || maker->plan.empty()) return {};
  std::string out = title("plan");
  for (const std::string& line : split(trim(maker->plan), '\n')) out += "  " + harmless(line) + "\n";
  return out;
}

/// An image may be another one under the same name, which the configuration does not show.
std::string image_changes(const ReleaseStory& story) {
  std::string out;
  for (const auto& [service, image] : story.release.images) {
    const auto old = story.before->images.find(service);
    if (old == story.before->images.end() || old->second.id == image.id) continue;
    out += "  " + service + ": image " + short_id(old->second.id) + " -> " + short_id(image.id) + "\n";
  }
  return out;
}

/// Contents of files that a service reads; the configuration only names them.
std::string file_changes(const ReleaseStory& story) {
  std::string out;
  for (const auto& [service, parts] : story.release.fingerprints) {
    const auto old = story.before->fingerprints.find(service);
    if (old == story.before->fingerprints.end()) continue;
    for (const auto& [what, hash] : parts) {
      const auto was = old->second.find(what);
      if (was == old->second.end() || was->second != hash) out += "  " + service + ": " + what + " changed\n";
    }
  }
  return out;
}

Colour colour_of_diff(const std::string& line) {
  if (line.front() == '+') return Colour::good;
  if (line.front() == '-') return Colour::bad;
  return line.front() == '@' ? Colour::faint : Colour::plain;
}

std::string changes_text(const ReleaseStory& story, const Style& style) {
  if (!story.before) return title("nothing earlier is kept to compare it with");
  const std::string images = image_changes(story) + file_changes(story);
  const std::vector<std::string> diff = configuration_diff(story);
  const std::string before = "release " + std::to_string(story.before->number);
  if (images.empty() && diff.empty()) return title("images, files and configuration are those of " + before);
  std::string out = title("changed since " + before) + images;
  for (const std::string& line : diff) {
    out += "  " + coloured(harmless(line), colour_of_diff(line), style.colours) + "\n";
  }
  return out;
}

std::string without_secrets(const std::string& canonical, const compose::Node* before) {
  Result<compose::Node> node = compose::node_from_json(canonical);
  if (!node) return {};
  hide_secrets(*node, before);
  return compose::to_json(*node);
}

class Variables {
 public:
  void add_secrets_of(const std::string& canonical) {
    const Result<compose::Node> node = compose::node_from_json(canonical);
    if (node) secret_.merge(variables_of_secrets(*node));
  }
  void hide(ReleaseSource& source) const {
    hide(source.variables);
    hide(source.set);
  }

 private:
  void hide(std::map<std::string, std::string>& variables) const {
    for (auto& [name, value] : variables) {
      if (secret_.count(name) > 0 || looks_secret(name, value)) value = hidden_value;
    }
  }

  std::set<std::string> secret_;
};

}  // namespace

void hide_secrets(ReleaseStory& story) {
  Variables variables;
  variables.add_secrets_of(story.release.canonical);
  std::optional<compose::Node> before;
  if (story.before) {
    variables.add_secrets_of(story.before->canonical);
    Result<compose::Node> node = compose::node_from_json(story.before->canonical);
    if (node) before = *std::move(node);
    story.before->canonical = without_secrets(story.before->canonical, nullptr);
    variables.hide(story.before->source);
  }
  story.release.canonical = without_secrets(story.release.canonical, before ? &*before : nullptr);
  variables.hide(story.release.source);
  for (Release& release : story.history.releases) variables.hide(release.source);
  for (Deploy& deploy : story.history.deploys) variables.hide(deploy.source);
}

std::vector<std::string> configuration_diff(const ReleaseStory& story) {
  if (!story.before) return {};
  return unified_diff(to_yaml(story.before->canonical), to_yaml(story.release.canonical), diff_context);
}

std::string show_text(const ReleaseStory& story, const Style& style) {
  return facts(story, entry_of(story)) + images_text(story.release, style) + jobs_text(story) +
         plan_text(maker_of(story.history, story.release.number)) + changes_text(story, style);
}

json::value show_json(const ReleaseStory& story) {
  const HistoryEntry entry = entry_of(story);
  json::object out;
  out["release"] = protocol::to_json(story.release);
  out["state"] = entry.state;
  out["can_return"] = entry.can_return;
  out["deploy"] = nullptr;
  if (entry.deploy != nullptr) out["deploy"] = protocol::to_json(*entry.deploy);
  out["jobs"] = protocol::to_json(story.jobs).at("jobs");
  out["compared_with"] = nullptr;
  if (story.before) out["compared_with"] = story.before->number;
  json::array diff;
  for (const std::string& line : configuration_diff(story)) diff.emplace_back(json::string(line));
  out["diff"] = std::move(diff);
  return out;
}

}  // namespace stackd::cli
