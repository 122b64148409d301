#include "compose/canonical/typed_value.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"
#include "base/time.h"
#include "compose/canonical/command_line.h"
#include "compose/canonical/size.h"
#include "compose/read/go_number.h"
#include "compose/read/interpolate.h"

namespace stackd::compose {

namespace {

using Value = std::optional<Node>;

class Conversion {
 public:
  Conversion(const Field& field, const std::vector<std::string>& path, Report& report)
      : field_(field), path_(path), report_(report) {}

  Value run(Node node);

 private:
  Value wrong(const Node& node, std::string_view expected, std::string advice = {});
  Value fail(std::string message, Mark mark, std::string advice = {});

  Value text(Node node);
  Value boolean(const Node& node);
  Value integer(const Node& node);
  Value unsigned_number(const Node& node);
  Value real(const Node& node);
  Value size(const Node& node);
  Value duration(const Node& node);
  Value file_mode(const Node& node);
  Value device_count(const Node& node);
  Value command(Node node);
  Value health_test(Node node);
  Value texts(Node node);
  Value pairs(Node node);
  Value pair_values(Node node);
  Value multi_options(const Node& node);
  Value hosts(const Node& node);
  Value host_list(const Node& node, List& result);
  bool add_host(List& result, std::string_view host, std::string_view address, Mark mark);
  Value ssh(const Node& node);
  Value ulimits(Node node);

  const Field& field_;
  const std::vector<std::string>& path_;
  Report& report_;
};

Value Conversion::fail(std::string message, Mark mark, std::string advice) {
  report_.error(join(path_, ".") + ": " + std::move(message), mark, std::move(advice));
  return std::nullopt;
}

Value Conversion::wrong(const Node& node, std::string_view expected, std::string advice) {
  const std::string shown =
      node.is_text() ? quote(node.as_text()) : "a " + std::string(to_string(node.kind()));
  return fail(shown + " is not " + std::string(expected), node.mark(), std::move(advice));
}

Value Conversion::text(Node node) {
  if (node.is_text()) return node;
  if (node.is_integer()) return Node::text(node.integer_text(), node.mark());
  return wrong(node, "a string", "write it in quotes");
}

Value Conversion::boolean(const Node& node) {
  if (node.is_boolean()) return node;
  if (!node.is_text()) return wrong(node, "true or false");
  const std::optional<bool> value = cast_boolean(node.as_text(), node.mark(), report_);
  return value ? Value(Node::boolean(*value, node.mark())) : wrong(node, "true or false");
}

Value Conversion::integer(const Node& node) {
  if (node.integer_value()) return node;
  if (node.is_real() && std::abs(node.as_real()) < 9.2e18)
    return Node::integer(static_cast<std::int64_t>(node.as_real()), node.mark());
  const auto value = node.is_text() ? parse_decimal(node.as_text()) : std::nullopt;
  return value ? Value(Node::integer(*value, node.mark())) : wrong(node, "a whole number");
}

Value Conversion::unsigned_number(const Node& node) {
  if (node.is_text()) return wrong(node, "a number", "write it without quotes");
  Value value = integer(node);
  if (value && *value->integer_value() < 0) return fail("must not be negative", node.mark());
  return value;
}

Value Conversion::real(const Node& node) {
  std::optional<double> value;
  if (node.is_number()) value = node.as_real();
  if (node.is_text()) value = parse_real(node.as_text());
  if (!value) return wrong(node, "a number");
  // Compose keeps 32 bits of it; the digits that single those out are kept here.
  if (field_.form != Form::real && std::isfinite(*value))
    value = parse_real(to_json_number(static_cast<float>(*value)));
  return Node::real(value.value_or(0), node.mark());
}

Value Conversion::size(const Node& node) {
  if (node.is_integer()) return Node::text(node.integer_text(), node.mark());
  // Compose leaves a fraction out without a word.
  if (!node.is_text()) return std::nullopt;
  const Result<std::int64_t> bytes = parse_size(node.as_text());
  if (!bytes) return fail(bytes.error().message, node.mark(), "write it like 512m or 1.5g");
  return Node::text(std::to_string(*bytes), node.mark());
}

Value Conversion::duration(const Node& node) {
  if (!node.is_text()) return wrong(node, "a duration", "write it like 30s or 1m30s");
  const Result<Duration> span = parse_duration(node.as_text());
  if (!span)
    return fail(quote(node.as_text()) + " is no duration", node.mark(),
                "write it with its unit, like 30s, 1m30s or 500ms");
  return Node::text(to_go_string(*span), node.mark());
}

std::string octal(std::int64_t value) {
  if (value < 0) return "0-" + octal(-value).substr(1);
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + value % 8));
    value /= 8;
  } while (value > 0);
  return "0" + digits;
}

Value Conversion::file_mode(const Node& node) {
  if (const auto value = node.integer_value()) return Node::text(octal(*value), node.mark());
  if (!node.is_text()) return wrong(node, "a file mode", "write it like \"0440\"");
  std::int64_t value = 0;
  const bool digits = !node.as_text().empty() && node.as_text().size() < 20 &&
                      node.as_text().find_first_not_of("01234567") == std::string::npos;
  if (!digits) return wrong(node, "an octal file mode", "write it like \"0440\"");
  for (const char c : node.as_text()) value = value * 8 + (c - '0');
  return Node::text(octal(value), node.mark());
}

Value Conversion::device_count(const Node& node) {
  if (node.is_integer()) return node;
  if (!node.is_text()) return wrong(node, "a number or \"all\"");
  if (to_lower(node.as_text()) == "all") return Node::integer(-1, node.mark());
  const auto value = parse_decimal(node.as_text());
  return value ? Value(Node::integer(*value, node.mark())) : wrong(node, "a number or \"all\"");
}

Value Conversion::command(Node node) {
  if (node.is_list()) return texts(std::move(node));
  if (!node.is_text()) return std::nullopt;
  Result<CommandLine> line = split_command_line(node.as_text());
  if (!line) return fail(line.error().message, node.mark(), "write the command as a list of words");
  if (line->cut_at != std::string_view::npos) {
    report_.warning(join(path_, ".") + ": everything from " + quote(node.as_text().substr(line->cut_at)) +
                        " on is dropped, no shell reads this",
                    node.mark(), "for a shell write [\"sh\", \"-c\", \"…\"]");
  }
  List words;
  for (std::string& word : line->words) words.push_back(Node::text(std::move(word), node.mark()));
  return Node::list(std::move(words), node.mark());
}

Value Conversion::health_test(Node node) {
  if (!node.is_text()) return texts(std::move(node));
  const Mark mark = node.mark();
  List words;
  words.push_back(Node::text("CMD-SHELL", mark));
  words.push_back(std::move(node));
  return Node::list(std::move(words), mark);
}

Value Conversion::texts(Node node) {
  const Mark mark = node.mark();
  List list;
  if (node.is_text()) {
    list.push_back(std::move(node));
    return Node::list(std::move(list), mark);
  }
  if (!node.is_list()) return wrong(node, "a list");
  for (Node& item : node.as_list()) {
    if (item.is_real() && field_.key == "expose") item = Node::text(to_go_text(item), item.mark());
    Value value = text(std::move(item));
    if (value) list.push_back(*std::move(value));
  }
  return Node::list(std::move(list), mark);
}

/// A list of NAME=VALUE. A name alone is null for an environment, else "".
Value Conversion::pairs(Node node) {
  if (!node.is_list()) return pair_values(std::move(node));
  const bool environment = field_.form == Form::environment;
  Map map;
  map.reserve(node.as_list().size());
  for (const Node& item : node.as_list()) {
    const std::string pair = to_go_text(item);
    const std::size_t equals = pair.find('=');
    const std::string name = pair.substr(0, equals);
    if (environment && !name.empty() &&
        std::string_view(" \t\n\v\f\r").find(name.back()) != std::string_view::npos) {
      fail("the name " + quote(name) + " ends in a blank", item.mark(), "remove the blank before the =");
      continue;
    }
    const bool alone = equals == std::string::npos;
    Node value = Node::text(alone ? "" : pair.substr(equals + 1), item.mark());
    map.set(name, alone && environment ? Node::null(item.mark()) : std::move(value), item.mark());
  }
  map.sort();
  return Node::map(std::move(map), node.mark());
}

Value Conversion::pair_values(Node node) {
  if (!node.is_map()) return wrong(node, "a mapping");
  std::set<std::string> bad;
  for (Entry& entry : node.as_map()) {
    Node& value = entry.value;
    const bool scalar = !value.is_list() && !value.is_map();
    const bool allowed =
        field_.form == Form::text_map ? value.is_null() || value.is_text() || value.is_integer() : scalar;
    if (!allowed) {
      fail(quote(entry.key) + " must be a string", value.mark(), "write it in quotes");
      bad.insert(entry.key);
    } else if (value.is_null()) {
      if (field_.form != Form::environment) value = Node::text("", value.mark());
    } else if (!value.is_text()) {
      value = Node::text(to_go_text(value), value.mark());
    }
  }
  node.as_map().erase(bad);
  node.as_map().sort();
  return node;
}

Value Conversion::multi_options(const Node& node) {
  if (!node.is_map()) return wrong(node, "a mapping");
  Map map;
  for (const Entry& entry : node.as_map()) {
    List values;
    if (entry.value.is_list()) {
      for (const Node& item : entry.value.as_list())
        values.push_back(Node::text(to_go_text(item), item.mark()));
    } else {
      values.push_back(Node::text(to_go_text(entry.value), entry.value.mark()));
    }
    map.set(entry.key, Node::list(std::move(values), entry.value.mark()), entry.key_mark);
  }
  map.sort();
  return Node::map(std::move(map), node.mark());
}

bool Conversion::add_host(List& result, std::string_view host, std::string_view address, Mark mark) {
  if (host.empty() || host.find_first_of(":=") != std::string_view::npos) {
    fail(quote(host) + " is no host name", mark, "write HOST=ADDRESS");
    return false;
  }
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  result.push_back(Node::text(std::string(host) + "=" + std::string(address), mark));
  return true;
}

Value Conversion::host_list(const Node& node, List& result) {
  for (const Node& item : node.as_list()) {
    const std::string pair = to_go_text(item);
    std::size_t separator = pair.find('=');
    if (separator == std::string::npos) separator = pair.find(':');
    if (separator == std::string::npos)
      return fail(quote(pair) + " has no address", item.mark(), "write HOST=ADDRESS");
    for (const std::string& address : split(pair.substr(separator + 1), ','))
      add_host(result, pair.substr(0, separator), address, item.mark());
  }
  return Node::null();
}

Value Conversion::hosts(const Node& node) {
  List result;
  if (node.is_list() && !host_list(node, result)) return std::nullopt;
  if (node.is_map()) {
    for (const Entry& entry : node.as_map()) {
      if (entry.value.is_list()) {
        for (const Node& item : entry.value.as_list())
          add_host(result, entry.key, to_go_text(item), item.mark());
      } else {
        add_host(result, entry.key, entry.value.is_null() ? "" : to_go_text(entry.value), entry.value.mark());
      }
    }
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const Node& a, const Node& b) { return a.as_text() < b.as_text(); });
  return Node::list(std::move(result), node.mark());
}

Value Conversion::ssh(const Node& node) {
  if (!node.is_map()) return wrong(node, "a mapping");
  List keys;
  for (const Entry& entry : node.as_map()) {
    const std::string path = entry.value.is_null() ? "" : to_go_text(entry.value);
    keys.push_back(Node::text(entry.key + (path.empty() ? "" : "=" + path), entry.key_mark));
  }
  std::stable_sort(keys.begin(), keys.end(),
                   [](const Node& a, const Node& b) { return a.as_text() < b.as_text(); });
  return Node::list(std::move(keys), node.mark());
}

Value Conversion::ulimits(Node node) {
  if (!node.is_map()) return wrong(node, "a mapping");
  Map result;
  for (Entry& entry : node.as_map()) {
    Map limits;
    for (const std::string_view key : {"soft", "hard"}) {
      const Node* limit = entry.value.find(key);
      if (limit == nullptr) continue;
      const Value number = integer(*limit);
      if (number && *number->integer_value() != 0) limits.set(key, *number);
    }
    if (entry.value.is_map()) {
      entry.value = Node::map(std::move(limits), entry.value.mark());
    } else {
      const Value number = integer(entry.value);
      if (!number) continue;
      entry.value = *number->integer_value() == 0 ? Node::map({}, entry.value.mark()) : *number;
    }
    result.set(std::move(entry));
  }
  result.sort();
  return Node::map(std::move(result), node.mark());
}

Value Conversion::run(Node node) {
  if (node.is_null()) return std::nullopt;
  switch (field_.form) {
    case Form::any:
      return node;
    case Form::text:
      return text(std::move(node));
    case Form::boolean:
      return boolean(node);
    case Form::integer:
      return integer(node);
    case Form::unsigned_number:
      return unsigned_number(node);
    case Form::real:
    case Form::real32:
    case Form::cpus:
      return real(node);
    case Form::size:
      return size(node);
    case Form::duration:
      return duration(node);
    case Form::file_mode:
      return file_mode(node);
    case Form::device_count:
      return device_count(node);
    case Form::command:
      return command(std::move(node));
    case Form::health_test:
      return health_test(std::move(node));
    case Form::texts:
      return texts(std::move(node));
    case Form::environment:
    case Form::labels:
    case Form::options:
    case Form::text_map:
      return pairs(std::move(node));
    case Form::multi_options:
      return multi_options(node);
    case Form::hosts:
      return hosts(node);
    case Form::ssh:
      return ssh(node);
    case Form::ulimit:
      return ulimits(std::move(node));
    case Form::object:
    case Form::objects:
    case Form::object_map:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Node> typed_value(Node node, const Field& field, const std::vector<std::string>& path,
                                Report& report) {
  return Conversion(field, path, report).run(std::move(node));
}

}  // namespace stackd::compose
