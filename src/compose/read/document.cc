#include "compose/read/document.h"

#include <algorithm>
#include <istream>
#include <optional>
#include <streambuf>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/text.h"
#include "compose/read/document_builder.h"
#include "compose/read/yaml_text.h"

namespace stackd::compose {

namespace {

/// Lets the parser read a text in place.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // a get area is never written to
    setg(begin, begin, begin + text.size());
  }
};

YAML::Mark mark_at(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  YAML::Mark mark;
  mark.pos = static_cast<int>(offset);
  mark.line = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  mark.column = static_cast<int>(offset - (before.rfind('\n') + 1));  // npos + 1 is 0
  return mark;
}

}  // namespace

std::vector<Document> parse_documents(const Source& source, Report& report) {
  std::string_view text = source.text;
  if (starts_with(text, "\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<Document> documents;
  if (!is_readable_yaml(source, text, report)) return documents;

  ViewBuffer buffer(text);
  std::istream stream(&buffer);
  DocumentBuilder builder(source, text, report);
  std::optional<Diagnostic> failure;
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) documents.push_back(builder.take_document());
  } catch (const DocumentBuilder::Stop&) {
    documents.clear();
  } catch (const YAML::Exception& error) {
    YamlComplaint complaint = explain_yaml_error(error.msg);
    failure = {.message = "not valid YAML: " + complaint.message,
               .mark = builder.mark_of(error.mark),
               .advice = complaint.advice};
  }
  if (const std::size_t at = builder.last_quoted(); at < text.size()) {
    const std::size_t end = quoted_end(text, at);
    const Mark opened = builder.mark_of(mark_at(text, at));
    if (end == std::string_view::npos) {
      failure = {.message = "the quote that is opened here is never closed",
                 .mark = opened,
                 .advice = "add the closing quote"};
    } else if (failure && text.substr(at, end - at).find('\n') != std::string_view::npos) {
      failure->related =
          "the last quoted text before it starts here and goes over several lines: is its closing quote "
          "missing?";
      failure->related_mark = opened;
    }
  }
  if (failure) report.error(*std::move(failure));
  return documents;
}

}  // namespace stackd::compose
