#include "compose/canonical/command_line.h"

#include "base/text.h"

namespace stackd::compose {

namespace {

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  Result<CommandLine> run();

 private:
  enum class Step { next, end, invalid };

  Step take(char c);
  Step take_special(char c);
  void put(char c) {
    word_ += c;
    has_word_ = true;
  }
  [[nodiscard]] bool quoted() const { return single_ || double_ || backquote_ || dollar_; }

  std::string_view text_;
  std::size_t at_ = 0;
  CommandLine result_;
  std::string word_;
  bool has_word_ = false;
  bool escaped_ = false;
  bool single_ = false;
  bool double_ = false;
  bool backquote_ = false;
  bool dollar_ = false;  // inside of $( … )
};

/// What Compose gives a meaning to outside of blanks and backslashes.
Splitter::Step Splitter::take_special(char c) {
  switch (c) {
    case '`':
      if (!single_ && !double_ && !dollar_) backquote_ = !backquote_;
      break;
    case ')':
      // A stray one opens what nothing closes.
      if (!single_ && !double_ && !backquote_) dollar_ = !dollar_;
      break;
    case '(':
      if (single_ || double_ || backquote_) break;
      if (dollar_ || !ends_with(word_, "$")) return Step::invalid;
      dollar_ = true;
      word_ += c;
      return Step::next;
    case '"':
      if (single_ || dollar_) break;
      if (double_) has_word_ = true;
      double_ = !double_;
      return Step::next;
    case '\'':
      if (double_ || dollar_) break;
      if (single_) has_word_ = true;
      single_ = !single_;
      return Step::next;
    case ';':
    case '&':
    case '|':
    case '<':
    case '>':
      if (quoted()) break;
      // "2>" names a stream, it is no word.
      if (c == '>' && !word_.empty() && word_.front() >= '0' && word_.front() <= '9') has_word_ = false;
      result_.cut_at = at_;
      return Step::end;
    default:
      break;
  }
  put(c);
  return Step::next;
}

Splitter::Step Splitter::take(char c) {
  if (escaped_) {
    escaped_ = false;
    put(c);
    return Step::next;
  }
  if (c == '\\') {
    if (single_) {
      word_ += c;
    } else {
      escaped_ = true;
    }
    return Step::next;
  }
  if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return take_special(c);
  if (quoted()) {
    word_ += c;
  } else if (has_word_) {
    result_.words.push_back(std::move(word_));
    word_.clear();
    has_word_ = false;
  }
  return Step::next;
}

Result<CommandLine> Splitter::run() {
  const Error unclosed{ErrorKind::invalid,
                       "invalid command line: a quote, bracket or backslash is not closed"};
  for (Step step = Step::next; at_ < text_.size() && step == Step::next; ++at_) {
    step = take(text_[at_]);
    if (step == Step::invalid) return unclosed;
  }
  if (has_word_) result_.words.push_back(std::move(word_));
  if (escaped_ || quoted()) return unclosed;
  return std::move(result_);
}

}  // namespace

Result<CommandLine> split_command_line(std::string_view text) {
  return Splitter(text).run();
}

}  // namespace stackd::compose
