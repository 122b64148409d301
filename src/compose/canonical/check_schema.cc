#include "compose/canonical/check_schema.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include "base/text.h"
#include "compose/canonical/schema.h"
#include "compose/read/go_number.h"
#include "compose/read/node_json.h"

namespace stackd::compose {

namespace {

bool is_ascii_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

Kinds kind_of(const Node& node) {
  switch (node.kind()) {
    case NodeKind::null:
      return kinds::null;
    case NodeKind::boolean:
      return kinds::boolean;
    case NodeKind::integer:
      return kinds::integer;
    case NodeKind::real:
      return node.as_real() == std::trunc(node.as_real()) ? kinds::number : kinds::real;
    case NodeKind::text:
      return kinds::text;
    case NodeKind::list:
      return kinds::list;
    case NodeKind::map:
      return kinds::map;
  }
  return 0;
}

std::string list_kinds(Kinds accepted) {
  std::vector<std::string> words;
  if (accepted & kinds::map) words.emplace_back("a mapping");
  if (accepted & kinds::list) words.emplace_back("a list");
  if (accepted & kinds::text) words.emplace_back("a string");
  if (accepted & kinds::real) {
    words.emplace_back("a number");
  } else if (accepted & kinds::integer) {
    words.emplace_back("a whole number");
  }
  if (accepted & kinds::boolean) words.emplace_back("true or false");
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string describe(const Node& node) {
  switch (node.kind()) {
    case NodeKind::null:
      return "nothing";
    case NodeKind::boolean:
      return "a boolean";
    case NodeKind::integer:
    case NodeKind::real:
      return "a number";
    case NodeKind::text:
      return "the string " + quote(node.as_text());
    case NodeKind::list:
      return "a list";
    case NodeKind::map:
      return "a mapping";
  }
  return {};
}

bool fits(KeyPattern pattern, std::string_view key) {
  switch (pattern) {
    case KeyPattern::any:
      return true;
    case KeyPattern::name:
      return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
        return is_ascii_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
      });
    case KeyPattern::lower_case:
      return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  }
  return false;
}

/// A letter or digit followed by one that may stand in a container's name, anywhere in the text.
bool has_container_name(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const char next = text[i + 1];
    if ((is_ascii_letter(text[i]) || is_digit(text[i])) &&
        (is_ascii_letter(next) || is_digit(next) || next == '_' || next == '.' || next == '-'))
      return true;
  }
  return false;
}

bool has_pull_policy(std::string_view text) {
  for (const std::string_view word :
       {"always", "never", "build", "if_not_present", "missing", "refresh", "daily", "weekly"})
    if (text.find(word) != std::string_view::npos) return true;
  const std::size_t every = text.find("every_");
  if (every == std::string_view::npos) return false;
  text.remove_prefix(every + 6);
  const std::size_t unit = text.find_first_not_of("0123456789");
  return unit != std::string_view::npos && unit > 0 &&
         std::string_view("wdhms").find(text[unit]) != std::string_view::npos;
}

class SchemaCheck {
 public:
  explicit SchemaCheck(Report& report) : report_(report) {}

  /// Of each check: false when the value must go.
  bool object(Node& node, const Shape& shape, Mark mark);

 private:
  bool value(Node& node, const Field& field);
  void list(Node& node, const Field& field);
  void entries(Node& node, const Field& field);
  bool entry(Entry& entry, const Field& field);
  void items_of_value(Node& node, Kinds accepted);
  bool text(const Node& node, const Field& field);
  void distinct(const List& items);
  void unknown_key(const Entry& entry, const Shape& shape);
  bool has_kind(Node& node, Kinds accepted, const Field& field);
  [[nodiscard]] std::string path() const { return join(path_, "."); }

  Report& report_;
  std::vector<std::string> path_;
};

std::string advice_for(const Node& node, Kinds accepted, const Field& field) {
  if (field.form == Form::duration && node.is_number())
    return "write a duration with its unit, like 30s or 1m30s";
  if ((accepted & kinds::text) && (node.is_number() || node.is_boolean())) return "write it in quotes";
  if (node.is_null() && (accepted & kinds::map)) return "write what belongs below it, or {} for nothing";
  if (node.is_text() && accepted == kinds::list) return "write a list: [" + quote(node.as_text()) + "]";
  if (node.is_number() && accepted == kinds::list) return "write a list: [" + to_go_text(node) + "]";
  if (node.is_list() && (accepted & kinds::map)) return "take the hyphens out: its items become keys";
  if (node.is_map() && (accepted & kinds::text)) return "a value with \": \" in it needs quotes";
  return {};
}

bool SchemaCheck::has_kind(Node& node, Kinds accepted, const Field& field) {
  if (node.tag() == NodeTag::damaged) return false;
  if (node.tag() == NodeTag::timestamp) {
    report_.error(path() + " looks like a date, which no attribute takes", node.mark(), "write it in quotes");
    node.set_tag(NodeTag::none);
    return (accepted & kinds::text) != 0;
  }
  if (kind_of(node) & accepted) return true;
  report_.error(path() + " must be " + list_kinds(accepted) + ", not " + describe(node), node.mark(),
                advice_for(node, accepted, field));
  const bool plain = node.is_number() || node.is_boolean();
  if (!plain || !(accepted & kinds::text) || field.form == Form::duration) return false;
  node = Node::text(to_go_text(node), node.mark());
  return true;
}

void SchemaCheck::unknown_key(const Entry& entry, const Shape& shape) {
  std::vector<std::string> known;
  for (const Field& field : shape.fields) known.emplace_back(field.key);
  std::string advice = report_.wants_advice() ? did_you_mean(entry.key, known) : std::string();
  if (advice.empty() && path_.empty() && service_shape.find(entry.key))
    advice = "does it belong to a service?";
  if (advice.empty() && path_.empty() && entry.value.is_map() &&
      (entry.value.find("image") || entry.value.find("build")))
    advice = "a service stands below \"services:\"";
  report_.error((path_.empty() ? "" : path() + ": ") + std::string("unknown key ") + quote(entry.key) +
                    " in " + std::string(shape.what),
                entry.key_mark, advice);
}

bool SchemaCheck::object(Node& node, const Shape& shape, Mark mark) {
  std::set<std::string> bad;
  bool damaged = false;
  for (Entry& entry : node.as_map()) {
    const Field* field = shape.find(entry.key);
    if (field == nullptr) {
      if (shape.open || (shape.extensions && is_extension(entry.key))) continue;
      unknown_key(entry, shape);
      damaged = true;
      continue;
    }
    path_.push_back(entry.key);
    if (!value(entry.value, *field)) bad.insert(entry.key);
    path_.pop_back();
  }
  node.as_map().erase(bad);
  damaged = damaged || !bad.empty();
  if (damaged) node.set_tag(NodeTag::damaged);
  bool complete = true;
  for (const Field& field : shape.fields) {
    if (!field.required || node.as_map().contains(field.key)) continue;
    complete = false;
    if (!damaged)
      report_.error(path() + ": the key " + quote(field.key) + " is missing in " + std::string(shape.what),
                    mark);
  }
  return complete;
}

bool SchemaCheck::text(const Node& node, const Field& field) {
  const std::string& written = node.as_text();
  if (!field.words.empty()) {
    const std::vector<std::string> words = split(field.words, '|');
    if (std::find(words.begin(), words.end(), written) == words.end()) {
      report_.error(path() + " can't be " + quote(written), node.mark(), "write " + join(words, ", "));
      return false;
    }
  }
  if (field.pattern == "container_name" && !has_container_name(written)) {
    report_.error(path() + ": " + quote(written) + " is no container name", node.mark(),
                  "it needs two characters at least: letters, digits, _ . -");
    return false;
  }
  if (field.pattern == "pull_policy" && !has_pull_policy(written)) {
    report_.error(path() + " can't be " + quote(written), node.mark(),
                  "write always, missing, never, build, daily, weekly or every_12h");
    return false;
  }
  return true;
}

void SchemaCheck::distinct(const List& items) {
  std::unordered_map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto [found, is_new] =
        seen.emplace(items[i].is_text() ? "s" + items[i].as_text() : to_json(items[i]), i);
    if (is_new) continue;
    report_.error({.message = path() + ": the items " + std::to_string(found->second) + " and " +
                              std::to_string(i) + " are equal",
                   .mark = items[i].mark(),
                   .related = "the first one is here",
                   .related_mark = items[found->second].mark()});
  }
}

void SchemaCheck::list(Node& node, const Field& field) {
  const bool names_only = field.form == Form::object_map || field.form == Form::environment ||
                          field.form == Form::labels || field.form == Form::hosts || field.form == Form::ssh;
  const Kinds accepted = names_only ? kinds::text : field.items;
  List& items = node.as_list();
  if (field.unique || field.form == Form::object_map) distinct(items);
  std::size_t number = 0;
  const auto is_bad = [&](Node& item) {
    path_.push_back(std::to_string(number++));
    bool good = has_kind(item, accepted, field);
    if (good && item.is_map() && field.shape != nullptr) good = object(item, *field.shape, item.mark());
    path_.pop_back();
    return !good;
  };
  items.erase(std::remove_if(items.begin(), items.end(), is_bad), items.end());
}

/// What stands in a list that is the value of a key: hosts, options.
void SchemaCheck::items_of_value(Node& node, Kinds accepted) {
  std::size_t number = 0;
  std::erase_if(node.as_list(), [&](const Node& item) {
    path_.push_back(std::to_string(number++));
    Node copy = item;
    const bool good = has_kind(copy, accepted, Field{});
    path_.pop_back();
    return !good;
  });
}

bool SchemaCheck::entry(Entry& entry, const Field& field) {
  static constexpr Field limits[] = {
      {.key = "soft", .accepts = kinds::integer | kinds::text, .required = true},
      {.key = "hard", .accepts = kinds::integer | kinds::text, .required = true}};
  static constexpr Shape limit_shape{"a limit", limits};
  constexpr Kinds option_item = kinds::text | kinds::number | kinds::boolean;
  if (!has_kind(entry.value, field.items, field)) return false;
  if (entry.value.is_list())
    items_of_value(entry.value, field.form == Form::hosts ? kinds::text : option_item);
  if (!entry.value.is_map()) return true;
  if (field.form == Form::ulimit) return object(entry.value, limit_shape, entry.key_mark);
  if (field.shape == nullptr) return true;
  object(entry.value, *field.shape, entry.key_mark);
  return true;
}

void SchemaCheck::entries(Node& node, const Field& field) {
  std::set<std::string> bad;
  for (Entry& one : node.as_map()) {
    if (!fits(field.keys, one.key)) {
      if (!field.strict_keys) continue;
      report_.error(path() + ": " + quote(one.key) + " is no name", one.key_mark,
                    "letters, digits, dots, underscores and hyphens only");
      bad.insert(one.key);
      continue;
    }
    path_.push_back(one.key);
    if (!entry(one, field)) {
      // A service or a resource stays, so that what refers to it is not called wrong too.
      const bool resource = path_.size() == 2 && field.shape != nullptr;
      if (resource) {
        one.value = Node::map({}, one.key_mark);
        one.value.set_tag(NodeTag::damaged);
      } else {
        bad.insert(one.key);
      }
    }
    path_.pop_back();
  }
  node.as_map().erase(bad);
}

bool SchemaCheck::value(Node& node, const Field& field) {
  if (!has_kind(node, field.accepts, field)) return false;
  if (node.is_text() && !text(node, field)) return false;
  if (const auto number = node.integer_value(); number && (*number < field.least || *number > field.most)) {
    report_.error(path() + " must be at least " + std::to_string(field.least) +
                      (field.most == INT64_MAX ? "" : " and at most " + std::to_string(field.most)),
                  node.mark());
    return false;
  }
  if (node.is_list()) list(node, field);
  if (!node.is_map()) return true;
  if (field.form == Form::object) return object(node, *field.shape, node.mark());
  if (field.items != 0) entries(node, field);
  return true;
}

}  // namespace

void check_schema(Node& file, Report& report) {
  SchemaCheck(report).object(file, file_shape, file.mark());
}

}  // namespace stackd::compose
