#include "compose/print/go_json.h"

#include <algorithm>

#include "base/text.h"
#include "compose/read/go_number.h"

namespace stackd::compose {

namespace {

constexpr char placeholder_mark = '\x01';

class JsonWriter {
 public:
  explicit JsonWriter(JsonStyle style) : style_(style) {}

  void write(const Node& node);
  std::string out;

 private:
  void text(std::string_view value);
  void escaped(char c);
  void newline();
  void list(const List& list);
  void map(const Map& map);

  JsonStyle style_;
  std::size_t depth_ = 0;
};

void JsonWriter::newline() {
  if (!style_.indented) return;
  out += '\n';
  out.append(depth_ * 2, ' ');
}

void JsonWriter::escaped(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    default:
      break;
  }
  const auto code = static_cast<unsigned char>(c);
  if (code >= 0x20 && c != '<' && c != '>' && c != '&') {
    out += c;
    return;
  }
  out += "\\u00";
  out += digits[code >> 4U];
  out += digits[code & 0xFU];
}

void JsonWriter::text(std::string_view value) {
  out += '"';
  if (value.size() > 1 && value.front() == placeholder_mark && value.back() == placeholder_mark) {
    out += value;
  } else {
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string_view rest = value.substr(i);
      if (starts_with(rest, "\xE2\x80\xA8") || starts_with(rest, "\xE2\x80\xA9")) {
        out += rest[2] == '\xA8' ? "\\u2028" : "\\u2029";
        i += 2;
      } else {
        escaped(value[i]);
      }
    }
  }
  out += '"';
}

void JsonWriter::list(const List& list) {
  if (list.empty()) {
    out += style_.empty_list_is_null ? "null" : "[]";
    return;
  }
  out += '[';
  ++depth_;
  bool first = true;
  for (const Node& item : list) {
    if (!first) out += ',';
    first = false;
    newline();
    write(item);
  }
  --depth_;
  newline();
  out += ']';
}

void JsonWriter::map(const Map& map) {
  if (map.empty()) {
    out += "{}";
    return;
  }
  std::vector<const Entry*> entries;
  entries.reserve(map.size());
  for (const Entry& entry : map) entries.push_back(&entry);
  if (style_.sorted)
    std::sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) { return a->key < b->key; });
  out += '{';
  ++depth_;
  bool first = true;
  for (const Entry* entry : entries) {
    if (!first) out += ',';
    first = false;
    newline();
    text(entry->key);
    out += style_.indented ? ": " : ":";
    write(entry->value);
  }
  --depth_;
  newline();
  out += '}';
}

void JsonWriter::write(const Node& node) {
  switch (node.kind()) {
    case NodeKind::null:
      out += "null";
      return;
    case NodeKind::boolean:
      out += node.as_boolean() ? "true" : "false";
      return;
    case NodeKind::integer:
      out += node.integer_text();
      return;
    case NodeKind::real:
      out += to_json_number(node.as_real());
      return;
    case NodeKind::text:
      return text(node.as_text());
    case NodeKind::list:
      return list(node.as_list());
    case NodeKind::map:
      return map(node.as_map());
  }
}

}  // namespace

std::string to_go_json(const Node& node, JsonStyle style) {
  JsonWriter writer(style);
  writer.write(node);
  return std::move(writer.out);
}

}  // namespace stackd::compose
