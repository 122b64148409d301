#include "compose/read/yaml_text.h"

#include <algorithm>

#include "base/text.h"

namespace stackd::compose {

namespace {

constexpr std::size_t yaml_bytes_max = std::size_t{8} * 1024 * 1024;
// The parser keeps some hundred bytes for every open bracket before it gives up by itself.
constexpr std::size_t open_brackets_max = 2'000;

struct Complaint {
  std::string_view theirs;
  std::string_view message;
  std::string_view advice;
};

constexpr Complaint complaints[] = {
    {"illegal map value", "a \": \" is not allowed here",
     "is the line indented too far, or does a value with \": \" need quotes?"},
    {"end of map not found", "this is neither a key of the mapping above nor of an outer one",
     "check the indentation; a value that goes on after its closing quote needs quotes around all of it"},
    {"end of sequence not found", "this is neither an item of the list above nor outside of it",
     "check the indentation: items of a list start with \"- \" in one column"},
    {"end of sequence flow not found", "the list that was opened with [ is not closed",
     "add the missing ] or comma"},
    {"end of map flow not found", "the mapping that was opened with { is not closed",
     "add the missing } or comma"},
    {"illegal flow end", "this closing bracket was never opened", ""},
    {"illegal EOF in scalar", "the quote that was opened is never closed", "add the closing quote"},
    {"the referenced anchor is not defined", "there is no anchor of this name above", ""},
    {"illegal block entry", "a list item is not allowed here", "start the list on a line of its own"},
    {"unknown token", "no value can start with this character", "write the value in quotes"},
    {"illegal tab when looking for indentation", "a tab can't be used to indent", "use blanks"},
    {"bad file", "the file is nested too deeply or can't be read", ""},
};

}  // namespace

bool is_readable_yaml(const Source& source, std::string_view text, Report& report) {
  const Mark whole{.source = &source};
  if (text.size() > yaml_bytes_max) {
    report.error("the file is larger than " + std::to_string(yaml_bytes_max / 1024 / 1024) + " MiB", whole);
    return false;
  }
  int line = 1;
  std::size_t open = 0;
  for (const char c : text) {
    if (c == '\n') ++line;
    if (c == '[' || c == '{') ++open;
    if ((c == ']' || c == '}') && open > 0) --open;
    if (c == '\0' || open > open_brackets_max) {
      report.error(c == '\0' ? "the file has a NUL byte: is it a text file?" : "too many brackets are open",
                   {.source = &source, .line = line, .column = 1});
      return false;
    }
  }
  if (is_utf8(text)) return true;
  line = 1;
  for (std::size_t start = 0; start < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    if (!is_utf8(text.substr(start, end - start))) break;
    start = end + 1;
  }
  report.error("the line is not valid UTF-8", {.source = &source, .line = line, .column = 1},
               "save the file as UTF-8");
  return false;
}

std::size_t quoted_end(std::string_view text, std::size_t start) {
  const char quote_mark = text[start];
  for (std::size_t i = start + 1; i < text.size(); ++i) {
    if (text[i] == '\\' && quote_mark == '"') {
      ++i;
    } else if (text[i] == quote_mark) {
      if (quote_mark == '"' || i + 1 >= text.size() || text[i + 1] != '\'') return i + 1;
      ++i;
    }
  }
  return std::string_view::npos;
}

std::optional<std::size_t> kept_line_breaks(std::string_view text, std::size_t start) {
  if (!starts_with(text.substr(start), ">+")) return std::nullopt;
  std::size_t indent = 0;
  std::size_t breaks = 0;
  std::size_t at = std::min(text.find('\n', start), text.size());
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', ++at), text.size());
    const std::string_view line = text.substr(at, end - at);
    const std::size_t blanks = line.find_first_not_of(' ');
    const std::size_t ending = end < text.size() ? 1 : 0;
    at = end;
    if (trim(line).empty()) {
      breaks += ending;
      continue;
    }
    if (indent == 0) indent = blanks;
    if (blanks < indent || indent == 0) break;
    breaks = ending;
  }
  return indent == 0 ? std::nullopt : std::optional(breaks);
}

bool follows_end_of_document(std::string_view text, std::size_t offset) {
  if (text.substr(offset, 3) == "---") return true;
  std::string_view before = text.substr(0, offset);
  while (!before.empty()) {
    const std::size_t start = before.find_last_of('\n', before.size() - 1);
    const std::string_view line = start == std::string_view::npos ? before : before.substr(start + 1);
    if (starts_with(line, "...")) return true;
    const std::string_view bare = trim(line);
    if (!bare.empty() && bare.front() != '#') return false;
    if (start == std::string_view::npos) break;
    before = before.substr(0, start);
  }
  return false;
}

std::optional<std::size_t> empty_item_before(std::string_view text, std::size_t next) {
  const std::size_t hyphen = next == 0 ? std::string_view::npos : text.rfind('-', next - 1);
  if (hyphen == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(hyphen + 1, next - hyphen - 1);
  const std::string_view line = rest.substr(0, rest.find('\n'));
  const bool empty = line.size() < rest.size() && trim(line.substr(0, line.find('#'))).empty();
  return empty ? std::optional(hyphen) : std::nullopt;
}

YamlComplaint explain_yaml_error(const std::string& message) {
  for (const Complaint& complaint : complaints)
    if (message == complaint.theirs) return {std::string(complaint.message), std::string(complaint.advice)};
  return {message, {}};
}

}  // namespace stackd::compose
