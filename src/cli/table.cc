#include "cli/table.h"

#include <algorithm>

#include "base/plain_text.h"

namespace stackd::cli {
namespace {

constexpr std::string_view gap = "  ";

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::plain:
      return "";
    case Colour::good:
      return "\x1b[32m";
    case Colour::busy:
      return "\x1b[33m";
    case Colour::bad:
      return "\x1b[31m";
    case Colour::faint:
      return "\x1b[2m";
  }
  return "";
}

bool continues(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::size_t column_width(const std::string& title, const std::vector<Row>& rows, std::size_t column) {
  std::size_t width = 0;
  for (const Row& row : rows) width = std::max(width, width_of(row.cells.at(column).text));
  return width == 0 ? 0 : std::max(width, width_of(title));
}

/// How much of the terminal is left for the last column; at least a little.
std::size_t last_width(const std::vector<std::size_t>& widths, std::size_t columns) {
  if (columns == 0) return 0;
  std::size_t used = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    if (widths[i] > 0) used += widths[i] + gap.size();
  }
  constexpr std::size_t at_least = 12;
  return columns > used + at_least ? columns - used : at_least;
}

}  // namespace

std::string coloured(std::string_view text, Colour colour, bool colours) {
  if (!colours || colour == Colour::plain || text.empty()) return std::string(text);
  return std::string(code_of(colour)) + std::string(text) + "\x1b[0m";
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::string fit(std::string_view text, std::size_t columns) {
  if (columns == 0 || width_of(text) <= columns) return std::string(text);
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    if (!continues(text[end]) && ++seen == columns) break;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string harmless(std::string_view text) {
  return plain_text(text);
}

std::string table_text(const std::vector<std::string>& titles, const std::vector<std::size_t>& to_the_right,
                       const std::vector<Row>& rows, const TableStyle& style) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < titles.size(); ++i) widths.push_back(column_width(titles[i], rows, i));
  const std::size_t last = last_width(widths, style.columns);
  const auto line = [&](const std::vector<Cell>& cells) {
    std::string out;
    std::size_t missing = 0;  // blanks that are written only when something follows
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (widths[i] == 0) continue;
      const std::string text = i + 1 == cells.size() ? fit(cells[i].text, last) : cells[i].text;
      const std::size_t blanks = widths[i] > width_of(text) ? widths[i] - width_of(text) : 0;
      const bool right = std::find(to_the_right.begin(), to_the_right.end(), i) != to_the_right.end();
      if (right) missing += blanks;
      if (!text.empty()) {
        out += std::string(missing, ' ') + coloured(text, cells[i].colour, style.colours);
        missing = 0;
      }
      missing += gap.size() + (right ? 0 : blanks);
    }
    return out + "\n";
  };
  std::vector<Cell> heads;
  for (const std::string& title : titles) heads.push_back({title, Colour::faint});
  std::string out = line(heads);
  for (const Row& row : rows) {
    out += line(row.cells);
    if (!row.note.empty()) out += row.note + "\n";
  }
  return out;
}

}  // namespace stackd::cli
