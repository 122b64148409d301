#include "compose/read/diagnostic.h"

#include <algorithm>

#include "base/text.h"

namespace stackd::compose {

namespace {

constexpr std::size_t shown_columns_max = 120;
constexpr std::size_t shown_max = 50;
constexpr std::size_t kept_max = 1000;

std::string place(Mark mark) {
  if (mark.source == nullptr) return {};
  std::string text = mark.source->name;
  if (mark.line > 0) text += ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column);
  return text + ": ";
}

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// The line and a caret below the column. Tabs are kept in the second line, so that both align.
std::string excerpt(Mark mark, std::string_view indent) {
  if (mark.source == nullptr || mark.line <= 0) return {};
  std::string_view line = mark.source->line(mark.line);
  if (trim(line).empty()) return {};
  std::size_t at = 0;
  for (int column = 1; at < line.size() && column < mark.column; ++column) {
    ++at;
    while (at < line.size() && continues_character(line[at])) ++at;
  }
  std::size_t start = 0;
  if (line.size() > shown_columns_max && at > shown_columns_max / 2) start = at - shown_columns_max / 2;
  while (start > 0 && start < line.size() && continues_character(line[start])) --start;

  std::string shown;
  std::string below;
  for (std::size_t i = start; i < line.size() && i < start + shown_columns_max; ++i) {
    const bool control = static_cast<unsigned char>(line[i]) < 0x20 && line[i] != '\t';
    shown += control ? '?' : line[i];
    if (i < at && !continues_character(line[i])) below += line[i] == '\t' ? '\t' : ' ';
  }
  return "\n" + std::string(indent) + shown + "\n" + std::string(indent) + below + "^";
}

std::vector<Diagnostic> in_order(std::vector<Diagnostic> all) {
  std::vector<const Source*> sources;
  for (const Diagnostic& one : all)
    if (std::find(sources.begin(), sources.end(), one.mark.source) == sources.end())
      sources.push_back(one.mark.source);
  const auto rank = [&](const Diagnostic& one) {
    return std::find(sources.begin(), sources.end(), one.mark.source) - sources.begin();
  };
  std::stable_sort(all.begin(), all.end(), [&](const Diagnostic& a, const Diagnostic& b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    if (a.mark.line != b.mark.line) return a.mark.line < b.mark.line;
    return a.mark.column < b.mark.column;
  });
  // What a base or an anchor says wrongly is found once for each of its users.
  all.erase(std::unique(all.begin(), all.end(),
                        [](const Diagnostic& a, const Diagnostic& b) {
                          return a.mark == b.mark && a.message == b.message;
                        }),
            all.end());
  return all;
}

}  // namespace

std::string to_text(const Diagnostic& diagnostic) {
  std::string text = place(diagnostic.mark) + diagnostic.message + excerpt(diagnostic.mark, "    ");
  if (!diagnostic.related.empty()) {
    text += "\n  " + place(diagnostic.related_mark) + diagnostic.related;
    text += excerpt(diagnostic.related_mark, "      ");
  }
  if (!diagnostic.advice.empty()) text += "\n  " + diagnostic.advice;
  for (const Source* at = diagnostic.mark.source; at != nullptr && at->included_from.source != nullptr;
       at = at->included_from.source) {
    text += "\n  asked for at " + at->included_from.source->name + ":" +
            std::to_string(at->included_from.line) + ":" + std::to_string(at->included_from.column);
  }
  return text;
}

std::string to_text(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (std::size_t i = 0; i < diagnostics.size() && i < shown_max; ++i) {
    if (!text.empty()) text += "\n";
    text += to_text(diagnostics[i]);
  }
  if (diagnostics.size() > shown_max)
    text += "\nand " + std::to_string(diagnostics.size() - shown_max) + " more";
  return text;
}

void Report::error(std::string message, Mark mark, std::string advice) {
  error({.message = std::move(message), .mark = mark, .advice = std::move(advice)});
}

void Report::error(Diagnostic diagnostic) {
  if (++error_count_ <= kept_max) errors_.push_back(std::move(diagnostic));
}

void Report::warning(std::string message, Mark mark, std::string advice) {
  if (warnings_.size() >= kept_max) return;
  warnings_.push_back({.message = std::move(message), .mark = mark, .advice = std::move(advice)});
}

std::vector<Diagnostic> Report::errors() const {
  return in_order(errors_);
}

std::vector<Diagnostic> Report::warnings() const {
  return in_order(warnings_);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t letters_min = 3;  // any two shorter words are near
  const std::string near = word.size() < letters_min ? std::string() : nearest(word, known);
  return near.empty() ? std::string() : "did you mean " + quote(near) + "?";
}

}  // namespace stackd::compose
