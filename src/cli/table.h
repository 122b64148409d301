// Text in columns, aligned whatever the letters and colours. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stackd::cli {

enum class Colour { plain, good, busy, bad, faint };

/// The text in that colour, or as it is when there are none.
std::string coloured(std::string_view text, Colour colour, bool colours);

/// Columns that a terminal needs for it: one a character (its combining and wide ones are not known here).
std::size_t width_of(std::string_view text);

/// At most `columns` wide, cut with "…"; 0: as it is.
std::string fit(std::string_view text, std::size_t columns);

/// Without control characters, which could write anywhere on a terminal: each becomes a space, and escape
/// sequences go with them.
std::string harmless(std::string_view text);

struct Cell {
  std::string text;
  Colour colour = Colour::plain;
};

struct Row {
  std::vector<Cell> cells;
  std::string note;  // a line of its own beneath; "" for none
};

struct TableStyle {
  bool colours = false;
  std::size_t columns = 0;  // of the terminal; 0: as wide as it gets
};

/// A line each, with a line end; the last column is cut where the terminal ends. Columns named in
/// `to_the_right` hold numbers. Columns that are empty in every row are left out.
std::string table_text(const std::vector<std::string>& titles, const std::vector<std::size_t>& to_the_right,
                       const std::vector<Row>& rows, const TableStyle& style);

}  // namespace stackd::cli
