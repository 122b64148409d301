#include "cli/history.h"

#include <algorithm>

#include "base/text.h"

namespace stackd::cli {
namespace {

const Release* find_release(const History& history, std::int64_t number) {
  const auto found = std::find_if(history.releases.begin(), history.releases.end(),
                                  [number](const Release& release) { return release.number == number; });
  return found == history.releases.end() ? nullptr : &*found;
}

bool made_release(const Deploy& deploy) {
  return deploy.release != 0 && deploy.release != deploy.former;
}

/// A deploy on its way is in its own state, and what it makes is not live before it says so.
std::string release_state(const History& history, const Release& release, const Deploy* deploy) {
  const bool current = release.number == history.current;
  if (deploy != nullptr && !is_final(deploy->state)) return std::string(to_string(deploy->state));
  if (release.live_at) return current ? "current" : "live before";
  const std::string how = deploy == nullptr ? "never live" : std::string(to_string(deploy->state));
  return current ? "current, " + how : how;
}

std::string attempt_state(const Deploy& deploy) {
  return deploy.state == DeployState::live ? "nothing to do" : std::string(to_string(deploy.state));
}

std::string what_words(const std::string& kind, std::int64_t copied_from,
                       const std::vector<std::string>& services) {
  if (copied_from != 0) return "rollback to " + std::to_string(copied_from);
  return kind + (services.empty() ? "" : " " + join(services, ", "));
}

std::string image_change(const std::string& service, const ImageRecord& before, const ImageRecord& after) {
  if (before.reference == after.reference) return service + " " + after.reference + " (another image)";
  return service + " " + before.reference + " -> " + after.reference;
}

json::object parts_of(const json::value* whole) {
  return whole != nullptr && whole->is_object() ? whole->get_object() : json::object();
}

/// The canonical configuration; empty when it can't be read.
json::object configuration_of(const Release& release) {
  const Result<json::value> read = parse_json(release.canonical);
  return read ? parts_of(&*read) : json::object();
}

/// Names of the entries that both have and that are not the same.
std::vector<std::string> edited(const json::object& before, const json::object& after) {
  std::vector<std::string> names;
  for (const auto& [name, value] : after) {
    const json::value* old = before.if_contains(name);
    if (old != nullptr && *old != value) names.emplace_back(name);
  }
  return names;
}

/// Without what is told of them elsewhere.
json::object services_in(json::object& configuration) {
  json::object services = parts_of(configuration.if_contains("services"));
  configuration.erase("services");
  for (auto& [name, service] : services) {
    if (service.is_object()) service.get_object().erase("image");
  }
  return services;
}

void add_configuration(const Release& before, const Release& after, std::vector<std::string>& changes) {
  json::object old = configuration_of(before);
  json::object now = configuration_of(after);
  const std::vector<std::string> services = edited(services_in(old), services_in(now));
  if (!services.empty()) changes.push_back("configuration of " + join(services, ", "));
  for (const json::object* one : {&old, &now}) {
    const json::object& other = one == &old ? now : old;
    for (const auto& [name, value] : *one) {
      if (!other.contains(name)) changes.emplace_back(name);
    }
  }
  for (const std::string& part : edited(old, now)) changes.push_back(part);
}

std::vector<std::string> changes_between(const Release& before, const Release& after) {
  std::vector<std::string> changes;
  for (const auto& [service, image] : after.images) {
    const auto old = before.images.find(service);
    if (old == before.images.end()) {
      changes.push_back("+" + service + " " + image.reference);
    } else if (old->second.id != image.id || old->second.reference != image.reference) {
      changes.push_back(image_change(service, old->second, image));
    }
  }
  for (const auto& [service, image] : before.images) {
    if (!after.images.contains(service)) changes.push_back("-" + service);
  }
  for (const auto& [service, parts] : after.fingerprints) {
    const auto old = before.fingerprints.find(service);
    if (old != before.fingerprints.end() && old->second != parts) changes.push_back("files of " + service);
  }
  add_configuration(before, after, changes);
  if (changes.empty() && before.source.set != after.source.set) changes.emplace_back("what --set gave");
  if (changes.empty()) changes.emplace_back("nothing");
  return changes;
}

std::vector<std::string> changes_of(const History& history, const Release& release) {
  const Release* before = find_release(history, compared_with(history, release.number));
  if (before != nullptr) return changes_between(*before, release);
  return {std::to_string(release.images.size()) + (release.images.size() == 1 ? " service" : " services")};
}

HistoryEntry entry_of(const History& history, const Release& release) {
  HistoryEntry entry;
  entry.release = release.number;
  entry.record = &release;
  entry.deploy = maker_of(history, release.number);
  entry.state = release_state(history, release, entry.deploy);
  entry.can_return = std::any_of(history.ways_back.begin(), history.ways_back.end(),
                                 [&release](const protocol::WayBack& way) {
                                   return way.release == release.number && way.obstacle.empty();
                                 });
  entry.at = entry.deploy == nullptr ? release.created_at : entry.deploy->requested_at;
  entry.what = what_words(release.source.kind, release.copied_from,
                          entry.deploy == nullptr ? std::vector<std::string>() : entry.deploy->services);
  entry.changes = changes_of(history, release);
  return entry;
}

HistoryEntry entry_of(const Deploy& deploy) {
  HistoryEntry entry;
  entry.deploy = &deploy;
  entry.state = attempt_state(deploy);
  entry.at = deploy.requested_at;
  entry.what = what_words(deploy.kind, deploy.copied_from, deploy.services);
  return entry;
}

Colour colour_of(const HistoryEntry& entry) {
  if (entry.state == "current") return Colour::good;
  if (entry.state == "live before" || entry.state == "nothing to do" || entry.state == "superseded")
    return Colour::plain;
  const bool ended = entry.deploy == nullptr || is_final(entry.deploy->state);
  return ended || entry.deploy->state == DeployState::paused ? Colour::bad : Colour::busy;
}

std::string took(const HistoryEntry& entry) {
  if (entry.deploy == nullptr || !entry.deploy->ended_at) return "-";
  return to_human(
      std::chrono::floor<std::chrono::milliseconds>(*entry.deploy->ended_at - entry.deploy->requested_at));
}

/// Why it did not become live; "" when it did.
std::string cause_of(const HistoryEntry& entry) {
  return entry.deploy == nullptr || entry.deploy->state == DeployState::live ? "" : entry.deploy->cause;
}

std::string user_of(const HistoryEntry& entry) {
  return entry.record != nullptr ? entry.record->source.user : entry.deploy->source.user;
}

Row row_of(const HistoryEntry& entry, const Style& style) {
  const std::string user = user_of(entry);
  Row row;
  row.cells.push_back({entry.release == 0 ? "-" : std::to_string(entry.release), Colour::plain});
  row.cells.push_back({entry.state, colour_of(entry)});
  row.cells.push_back({to_second(entry.at), Colour::plain});
  row.cells.push_back({took(entry), Colour::plain});
  row.cells.push_back({user.empty() ? "-" : harmless(user), Colour::plain});
  row.cells.push_back({entry.what, Colour::plain});
  row.cells.push_back({harmless(join(entry.changes, ", ")), Colour::plain});
  if (const std::string cause = cause_of(entry); !cause.empty()) {
    row.note = "  " + coloured("-> " + harmless(cause), colour_of(entry), style.colours);
  }
  return row;
}

std::string ways_back_text(const std::vector<protocol::WayBack>& ways) {
  std::vector<std::string> open;
  std::string closed;
  for (const protocol::WayBack& way : ways) {
    const std::string number = std::to_string(way.release);
    if (way.obstacle.empty()) {
      open.push_back(number);
    } else {
      closed += "not to " + number + ": " + harmless(way.obstacle) + "\n";
    }
  }
  if (ways.empty()) return {};
  const std::string last = "`stackctl rollback --to N` can return to ";
  return "\n" + last + (open.empty() ? "none of them" : join(open, ", ")) + "\n" + closed;
}

json::value moment_json(const std::optional<WallTime>& at) {
  return at ? json::value(json::string(to_rfc3339(*at))) : json::value(nullptr);
}

json::value text_json(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(json::string(text));
}

json::value number_json(std::int64_t number) {
  return number == 0 ? json::value(nullptr) : json::value(number);
}

json::value entry_json(const HistoryEntry& entry) {
  json::object out;
  out["release"] = number_json(entry.release);
  out["state"] = entry.state;
  out["can_return"] = entry.can_return;
  out["what"] = entry.what;
  out["copied_from"] = number_json(entry.record != nullptr ? entry.record->copied_from : 0);
  out["user"] = text_json(user_of(entry));
  out["requested_at"] = moment_json(entry.at);
  out["ended_at"] = moment_json(entry.deploy != nullptr ? entry.deploy->ended_at : std::nullopt);
  out["live_at"] = moment_json(entry.record != nullptr ? entry.record->live_at : std::nullopt);
  json::array changes;
  for (const std::string& change : entry.changes) changes.emplace_back(json::string(change));
  out["changes"] = std::move(changes);
  out["cause"] = text_json(cause_of(entry));
  out["last_words"] = text_json(entry.deploy != nullptr ? entry.deploy->last_words : "");
  out["deploy_id"] = text_json(entry.deploy != nullptr ? entry.deploy->id : "");
  return out;
}

}  // namespace

const Deploy* maker_of(const History& history, std::int64_t release) {
  for (const Deploy& deploy : history.deploys) {
    if (deploy.release == release && made_release(deploy)) return &deploy;
  }
  return nullptr;
}

std::int64_t compared_with(const History& history, std::int64_t release) {
  const Deploy* maker = maker_of(history, release);
  if (maker != nullptr && find_release(history, maker->former) != nullptr) return maker->former;
  for (const Release& other : history.releases) {
    if (other.number < release) return other.number;
  }
  return 0;
}

std::vector<HistoryEntry> history_entries(const History& history, bool all) {
  std::vector<HistoryEntry> entries;
  for (const Release& release : history.releases) entries.push_back(entry_of(history, release));
  for (const Deploy& deploy : history.deploys) {
    if (all && !made_release(deploy)) entries.push_back(entry_of(deploy));
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const HistoryEntry& a, const HistoryEntry& b) { return a.at > b.at; });
  return entries;
}

std::string history_text(const History& history, bool all, const Style& style) {
  const std::vector<HistoryEntry> entries = history_entries(history, all);
  if (entries.empty())
    return history.stack + " has no release yet; `stackctl history --all` shows attempts\n";
  std::vector<Row> rows;
  for (const HistoryEntry& entry : entries) rows.push_back(row_of(entry, style));
  return table_text({"RELEASE", "STATE", "WHEN (UTC)", "TOOK", "WHO", "WHAT", "CHANGES"}, {0, 3}, rows,
                    {style.colours, style.columns}) +
         ways_back_text(history.ways_back);
}

json::value history_json(const History& history, bool all) {
  json::array releases;
  for (const HistoryEntry& entry : history_entries(history, all)) releases.push_back(entry_json(entry));
  json::object out;
  out["stack"] = history.stack;
  out["current"] = number_json(history.current);
  out["releases"] = std::move(releases);
  return out;
}

}  // namespace stackd::cli
