// YAML as text, before and after the parser: what it must not be given, and what it means by its complaints.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compose/read/diagnostic.h"

namespace stackd::compose {

/// Reports what takes too much memory or is no text. `text` is the source's, without a byte order mark.
bool is_readable_yaml(const Source& source, std::string_view text, Report& report);

/// Where the quoted scalar that starts at an offset ends (behind its quote); npos when the text ends before
/// that, which the parser does not mind.
std::size_t quoted_end(std::string_view text, std::size_t start);

/// The line breaks that a folded scalar with ">+" at an offset keeps at its end, of which the parser loses
/// those of blank lines. Nothing for other scalars, and where the indentation is told by a digit.
std::optional<std::size_t> kept_line_breaks(std::string_view text, std::size_t start);

/// Does a document that starts at an offset follow the end of another, or is it taken for one by mistake?
bool follows_end_of_document(std::string_view text, std::size_t offset);

/// The hyphen of a list item without a value, where the next token starts at an offset on a later line.
std::optional<std::size_t> empty_item_before(std::string_view text, std::size_t next);

struct YamlComplaint {
  std::string message;
  std::string advice;
};

/// A message of the parser in words that help.
YamlComplaint explain_yaml_error(const std::string& message);

}  // namespace stackd::compose
