#include "compose/read/substitute.h"

#include "base/text.h"

namespace stackd::compose {

namespace {

constexpr std::size_t result_bytes_max = std::size_t{8} * 1024 * 1024;
constexpr int nesting_max = 100;

bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::size_t name_length(std::string_view text) {
  if (text.empty() || !starts_name(text.front())) return 0;
  std::size_t length = 1;
  while (length < text.size() && (starts_name(text[length]) || (text[length] >= '0' && text[length] <= '9')))
    ++length;
  return length;
}

/// Where the expression that starts with "${" ends (behind its brace), by balance of braces; the byte after
/// an opening brace is not looked at. Nothing when they don't balance on its line.
std::size_t balanced_end(std::string_view text) {
  int open = 0;
  for (std::size_t i = 0; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] == '}' && --open == 0) return i + 1;
    if (text[i] == '{') {
      ++open;
      if (++i < text.size() && text[i] == '\n') return std::string_view::npos;
    }
  }
  return std::string_view::npos;
}

struct Expression {
  std::string name;
  std::string operation;  // "", "-", ":-", "+", ":+", "?", ":?"
  std::string_view word;
  std::size_t end = 0;  // behind it
};

/// Reads "${…" at the front of a text.
std::optional<Expression> read_expression(std::string_view text) {
  const std::size_t length = name_length(text.substr(2));
  if (length == 0) return std::nullopt;
  Expression result;
  result.name = text.substr(2, length);
  std::size_t at = 2 + length;
  if (at < text.size() && text[at] == '}') {
    result.end = at + 1;
    return result;
  }
  const std::size_t operation = at;
  if (at < text.size() && text[at] == ':') ++at;
  if (at >= text.size() || std::string_view("-+?").find(text[at]) == std::string_view::npos)
    return std::nullopt;
  ++at;
  result.operation = text.substr(operation, at - operation);
  // A word reaches as far as the last brace of its line, unless the braces balance before that.
  result.end = balanced_end(text);
  if (result.end == std::string_view::npos || result.end <= at) {
    const std::size_t line_end = std::min(text.find('\n', at), text.size());
    const std::size_t brace = text.substr(0, line_end).rfind('}');
    if (brace == std::string_view::npos || brace < at) return std::nullopt;
    result.end = brace + 1;
  }
  result.word = text.substr(at, result.end - 1 - at);
  return result;
}

class Substitution {
 public:
  Substitution(const Lookup& lookup, UnsetNames& unset) : lookup_(lookup), unset_(unset) {}

  Result<std::string> run(std::string_view text);

 private:
  std::string plain(const std::string& name);
  Result<std::string> evaluate(const Expression& expression);

  const Lookup& lookup_;
  UnsetNames& unset_;
  int depth_ = 0;
};

std::string Substitution::plain(const std::string& name) {
  if (auto value = lookup_(name)) return *std::move(value);
  unset_.push_back(name);
  return {};
}

Result<std::string> Substitution::evaluate(const Expression& expression) {
  if (expression.operation.empty()) return plain(expression.name);
  // Also when it is not needed: a required variable inside of an unused default is missing all the same.
  if (++depth_ > nesting_max)
    return Error{ErrorKind::invalid,
                 "variables are nested more than " + std::to_string(nesting_max) + " deep"};
  const Result<std::string> word = run(expression.word);
  --depth_;
  if (!word) return word.error();
  const std::optional<std::string> value = lookup_(expression.name);
  const bool emptiness_counts = expression.operation.front() == ':';
  const bool present = value && !(emptiness_counts && value->empty());
  switch (expression.operation.back()) {
    case '-':
      return present ? *value : *word;
    case '+':
      return present ? *word : value.value_or("");
    default:
      break;
  }
  if (present) return *value;
  return Error{ErrorKind::invalid, "required variable " + expression.name + " is missing a value" +
                                       (word->empty() ? "" : ": " + *word)};
}

Result<std::string> Substitution::run(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t dollar = text.find('$');
    result += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar);
    const char next = text.size() > 1 ? text[1] : '\0';
    if (next == '$') {
      result += '$';
      text.remove_prefix(2);
    } else if (const std::size_t length = name_length(text.substr(1)); length > 0) {
      result += plain(std::string(text.substr(1, length)));
      text.remove_prefix(1 + length);
    } else if (next == '{') {
      const std::optional<Expression> expression = read_expression(text);
      if (!expression) return Error{ErrorKind::invalid, "invalid interpolation format in " + quote(text)};
      const Result<std::string> value = evaluate(*expression);
      if (!value) return value.error();
      result += *value;
      text.remove_prefix(expression->end);
    } else {
      result += '$';
      text.remove_prefix(1);
    }
    if (result.size() > result_bytes_max) {
      return Error{ErrorKind::invalid, "with its variables the value is longer than " +
                                           std::to_string(result_bytes_max / 1024 / 1024) + " MiB"};
    }
  }
  return result;
}

Mention mention_of(const Expression& expression) {
  Mention mention;
  mention.name = expression.name;
  if (expression.operation.empty()) return mention;
  const char operation = expression.operation.back();
  if (operation == '?') mention.required = true;
  if (operation == '-') mention.default_value = expression.word;
  if (operation == '+') mention.presence_value = expression.word;
  return mention;
}

}  // namespace

std::vector<Mention> mentions_in(std::string_view text) {
  std::vector<Mention> mentions;
  std::vector<std::string_view> open = {text};  // a stack of what is still to be read
  while (!open.empty()) {
    std::string_view rest = open.back();
    open.pop_back();
    const std::size_t dollar = rest.find('$');
    if (dollar == std::string_view::npos) continue;
    rest.remove_prefix(dollar);
    const char next = rest.size() > 1 ? rest[1] : '\0';
    const std::size_t length = name_length(rest.substr(1));
    if (length > 0) {
      Mention mention;
      mention.name = rest.substr(1, length);
      mentions.push_back(std::move(mention));
      open.push_back(rest.substr(1 + length));
    } else if (const auto expression = next == '{' ? read_expression(rest) : std::nullopt) {
      mentions.push_back(mention_of(*expression));
      open.push_back(rest.substr(expression->end));
      if (!mentions.back().required) open.push_back(expression->word);
    } else {
      open.push_back(rest.substr(next == '$' ? 2 : 1));
    }
  }
  return mentions;
}

Result<std::string> substitute(std::string_view text, const Lookup& lookup, UnsetNames& unset) {
  if (text.find('$') == std::string_view::npos) return std::string(text);
  return Substitution(lookup, unset).run(text);
}

}  // namespace stackd::compose
