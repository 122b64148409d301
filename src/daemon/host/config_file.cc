#include "daemon/host/config_file.h"

#include <memory>

#include "base/text.h"
#include "compose/read/document.h"

namespace stackd::daemon {
namespace {

using compose::Entry;
using compose::Node;

const std::vector<std::string>& known_keys() {
  static const std::vector<std::string> keys = {"state", "socket", "log_level", "log_format", "stacks"};
  return keys;
}

std::optional<std::string> text_of(const Entry& entry, compose::Report& report) {
  if (entry.value.is_text() && !entry.value.as_text().empty()) return entry.value.as_text();
  report.error(entry.key + " must be a text, not " + std::string(compose::to_string(entry.value.kind())),
               entry.value.mark());
  return std::nullopt;
}

std::vector<std::string> texts_of(const Entry& entry, compose::Report& report) {
  std::vector<std::string> texts;
  if (!entry.value.is_list()) {
    report.error(entry.key + " must be a list of stack files", entry.value.mark(),
                 "write one a line, each after a dash");
    return texts;
  }
  for (const Node& item : entry.value.as_list()) {
    if (item.is_text() && !item.as_text().empty()) {
      texts.push_back(item.as_text());
    } else {
      report.error(entry.key + " must be a list of paths", item.mark());
    }
  }
  return texts;
}

void read_entry(const Entry& entry, Settings& settings, compose::Report& report) {
  if (entry.key == "state") {
    settings.state = text_of(entry, report);
  } else if (entry.key == "socket") {
    settings.socket = text_of(entry, report);
  } else if (entry.key == "log_level") {
    settings.log_level = text_of(entry, report);
  } else if (entry.key == "log_format") {
    settings.log_format = text_of(entry, report);
  } else if (entry.key == "stacks") {
    settings.stacks = texts_of(entry, report);
  } else {
    std::string advice = compose::did_you_mean(entry.key, known_keys());
    if (advice.empty()) advice = "known keys: " + join(known_keys(), ", ");
    report.error("unknown key " + quote(entry.key), entry.key_mark, advice);
  }
}

}  // namespace

Result<Settings> read_config_file(const std::string& path, const compose::Files& files) {
  Result<std::string> text = files.read(path);
  if (!text) return text.error();
  const auto source = std::make_shared<compose::Source>();
  source->name = path;
  source->text = *std::move(text);
  compose::Report report;
  report.keep(source);
  const std::vector<compose::Document> documents = compose::parse_documents(*source, report);
  Settings settings;
  for (const compose::Document& document : documents) {
    if (document.root.is_null()) continue;
    if (!document.root.is_map()) {
      report.error("the configuration must be a map of keys", document.root.mark());
      continue;
    }
    for (const Entry& entry : document.root.as_map()) read_entry(entry, settings, report);
  }
  if (report.failed()) return Error{ErrorKind::invalid, compose::to_text(report.errors())};
  return settings;
}

}  // namespace stackd::daemon
