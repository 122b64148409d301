#include "compose/read/document.h"

#include <algorithm>
#include <istream>
#include <optional>
#include <streambuf>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/text.h"
#include "compose/read/scalar.h"
#include "compose/read/yaml_text.h"

namespace stackd::compose {

namespace {

constexpr std::size_t nodes_max = 1'000'000;  // aliases expanded
constexpr std::size_t depth_max = 200;

constexpr std::string_view tag_plain = "?";
constexpr std::string_view tag_quoted = "!";
constexpr std::string_view tag_core = "tag:yaml.org,2002:";
constexpr std::string_view merge_key = "<<";

/// Lets the parser read a text in place.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // a get area is never written to
    setg(begin, begin, begin + text.size());
  }
};

struct Anchor {
  Node node;
  std::size_t nodes = 0;
  bool complete = false;
  std::string_view tag;
};

/// A list or mapping that is being read.
struct Frame {
  Node node;
  std::size_t anchor = 0;
  std::size_t nodes_before = 0;
  bool has_key = false;
  bool key_is_merge = false;
  std::string key;
  Mark key_mark;
  std::vector<Node> merged;  // values of "<<"
};

/// Thrown to end the parser, which has no other way to be told.
struct Stop {};

class Builder : public YAML::EventHandler {
 public:
  Builder(const Source& source, std::string_view text, Report& report)
      : source_(source),
        text_(text),
        report_(report),
        ascii_(
            std::none_of(text.begin(), text.end(), [](char c) { return static_cast<signed char>(c) < 0; })) {}

  Document take_document() {
    if (has_tags_) {
      KeyPath path;
      collect_overrides(document_.root, path);
    }
    return std::move(document_);
  }
  [[nodiscard]] Mark mark_of(const YAML::Mark& mark) const;
  /// The place of the quoted scalar that was read last, as an offset into the text.
  [[nodiscard]] std::size_t last_quoted() const { return last_quoted_; }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { close(); }

 private:
  [[noreturn]] void stop(std::string message, Mark mark, std::string advice = {});
  void count(std::size_t nodes, Mark mark);
  /// The hyphen on an earlier line whose item is absent; the parser tells only what comes next.
  [[nodiscard]] Mark mark_of_empty_item(const YAML::Mark& next) const;
  Node scalar(Mark mark, const std::string& tag, const std::string& value);
  void open(Node node, const std::string& tag, std::size_t anchor);
  void close();
  void value(Node node);
  void key(const Node& node);
  void entry(Frame& frame, Node node);
  void merge(Frame& frame);
  void remember(std::size_t anchor, const Node& node, std::size_t nodes);
  void collect_overrides(const Node& node, KeyPath& path);
  [[nodiscard]] bool key_expected() const {
    return !frames_.empty() && frames_.back().node.is_map() && !frames_.back().has_key;
  }

  const Source& source_;
  std::string_view text_;
  Report& report_;
  const bool ascii_;
  Document document_;
  std::vector<Frame> frames_;
  std::vector<Anchor> anchors_;  // by the parser's numbers, which start at 1 in each document
  std::size_t nodes_ = 0;
  std::size_t documents_ = 0;
  std::size_t last_quoted_ = std::string_view::npos;
  bool has_tags_ = false;
};

Mark Builder::mark_of(const YAML::Mark& mark) const {
  int column = mark.column;
  if (!ascii_) {
    const auto end = std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), text_.size());
    const auto start = end - std::min(end, static_cast<std::size_t>(std::max(mark.column, 0)));
    column = static_cast<int>(std::count_if(
        text_.begin() + static_cast<std::ptrdiff_t>(start), text_.begin() + static_cast<std::ptrdiff_t>(end),
        [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  }
  return {.source = &source_, .line = mark.line + 1, .column = column + 1};
}

void Builder::stop(std::string message, Mark mark, std::string advice) {
  report_.error(std::move(message), mark, std::move(advice));
  throw Stop{};
}

void Builder::count(std::size_t nodes, Mark mark) {
  nodes_ += nodes;
  if (nodes_ > nodes_max)
    stop("the file has more than " + std::to_string(nodes_max) + " values, aliases expanded", mark);
}

void Builder::OnDocumentStart(const YAML::Mark& mark) {
  // After the end of a root value the parser takes the rest for another document.
  if (documents_ > 0 && !follows_end_of_document(text_, static_cast<std::size_t>(mark.pos))) {
    stop("this does not belong to what stands above it", mark_of(mark),
         "is the indentation right, or is there a list where keys are meant?");
  }
  ++documents_;
  document_ = Document{};
  frames_.clear();
  anchors_.clear();
  has_tags_ = false;
}

Mark Builder::mark_of_empty_item(const YAML::Mark& next) const {
  const auto end = std::min(static_cast<std::size_t>(next.pos), text_.size());
  const std::optional<std::size_t> hyphen = empty_item_before(text_, end);
  if (!hyphen) return mark_of(next);
  YAML::Mark mark = next;
  mark.pos = static_cast<int>(*hyphen);
  mark.line -= static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(*hyphen),
                                           text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
  mark.column = static_cast<int>(*hyphen - (text_.rfind('\n', *hyphen) + 1));  // npos + 1 is 0
  return mark_of(mark);
}

void Builder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  count(1, mark_of(mark));
  Node node = Node::null(mark_of(mark));
  // The parser puts an absent value where the next token starts.
  if (!frames_.empty() && frames_.back().has_key && frames_.back().key_mark.line != node.mark().line)
    node.set_mark(frames_.back().key_mark);
  if (!frames_.empty() && frames_.back().node.is_list()) node.set_mark(mark_of_empty_item(mark));
  remember(anchor, node, 1);
  value(std::move(node));
}

void Builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const Mark at = mark_of(mark);
  if (anchor >= anchors_.size() || !anchors_[anchor].complete)
    stop("the anchor refers to itself", at, "an alias can't stand inside of what it names");
  count(anchors_[anchor].nodes, at);
  value(anchors_[anchor].node);
}

Node Builder::scalar(Mark mark, const std::string& tag, const std::string& value) {
  if (tag == tag_plain) return resolve_plain_scalar(value, mark);
  if (tag == tag_quoted || tag == std::string(tag_core) + "str") return Node::text(value, mark);
  if (tag == "!reset") {
    Node node = Node::null(mark);
    node.set_tag(NodeTag::reset);
    return node;
  }
  const std::string short_tag = starts_with(tag, tag_core) ? "!!" + tag.substr(tag_core.size()) : tag;
  Node node = resolve_plain_scalar(value, mark);
  if ((short_tag == "!!int" && node.is_integer()) || (short_tag == "!!bool" && node.is_boolean()) ||
      (short_tag == "!!null" && node.is_null()) || (short_tag == "!!float" && node.is_real()))
    return node;
  if (short_tag == "!!float" && node.is_integer()) return Node::real(node.as_real(), mark);
  report_.error("the tag " + short_tag + " can't be applied to " + quote(value), mark,
                short_tag == "!override" ? "a plain value replaces the earlier one without a tag" : "");
  return Node::text(value, mark);
}

void Builder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       const std::string& text) {
  const Mark at = mark_of(mark);
  count(1, at);
  const auto offset = static_cast<std::size_t>(mark.pos);
  if (tag == tag_quoted && offset < text_.size() && (text_[offset] == '"' || text_[offset] == '\''))
    last_quoted_ = offset;
  if (key_expected() && tag == tag_plain && text == merge_key) {
    value(Node::text(text, at));
    frames_.back().key_is_merge = true;
    return;
  }
  Node node = scalar(at, tag, text);
  const std::size_t last = text.find_last_not_of('\n');
  if (tag == tag_quoted && last != std::string::npos && offset < text_.size()) {
    if (const auto breaks = kept_line_breaks(text_, offset))
      node = Node::text(text.substr(0, last + 1) + std::string(*breaks, '\n'), at);
  }
  remember(anchor, node, 1);
  value(std::move(node));
}

void Builder::open(Node node, const std::string& tag, std::size_t anchor) {
  count(1, node.mark());
  if (frames_.size() >= depth_max)
    stop("nested more than " + std::to_string(depth_max) + " deep", node.mark());
  if (key_expected()) {
    stop("a key must be a string, this is a " + std::string(to_string(node.kind())), node.mark());
  }
  if (tag == "!override") node.set_tag(NodeTag::override_base);
  if (tag == "!reset") node.set_tag(NodeTag::reset);
  Frame frame;
  frame.node = std::move(node);
  frame.anchor = anchor;
  frame.nodes_before = nodes_ - 1;
  frames_.push_back(std::move(frame));
  remember(anchor, Node(), 0);
}

void Builder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                              YAML::EmitterStyle::value) {
  open(Node::list({}, mark_of(mark)), tag, anchor);
}

void Builder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) {
  open(Node::map({}, mark_of(mark)), tag, anchor);
}

void Builder::close() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  merge(frame);
  remember(frame.anchor, frame.node, nodes_ - frame.nodes_before);
  value(std::move(frame.node));
}

void Builder::remember(std::size_t anchor, const Node& node, std::size_t nodes) {
  if (anchor == 0) return;
  if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
  anchors_[anchor].complete = nodes > 0;
  anchors_[anchor].nodes = nodes;
  anchors_[anchor].node = node;
}

void Builder::value(Node node) {
  if (node.tag() != NodeTag::none) has_tags_ = true;
  if (frames_.empty()) {
    document_.root = std::move(node);
    return;
  }
  Frame& frame = frames_.back();
  if (frame.node.is_map()) {
    if (!frame.has_key) return key(node);
    frame.has_key = false;
    return entry(frame, std::move(node));
  }
  if (node.tag() != NodeTag::reset) frame.node.as_list().push_back(std::move(node));
}

void Builder::key(const Node& node) {
  Frame& frame = frames_.back();
  if (!node.is_text()) {
    stop("a key must be a string, this is " +
             (node.is_null() ? std::string("nothing") : "a " + std::string(to_string(node.kind()))),
         node.mark(), "write it in quotes");
  }
  frame.has_key = true;
  frame.key_is_merge = false;
  frame.key = node.as_text();
  frame.key_mark = node.mark();
}

void Builder::entry(Frame& frame, Node node) {
  Map& map = frame.node.as_map();
  if (frame.key_is_merge) {
    if (!frame.merged.empty())
      report_.error("the key \"<<\" stands here twice", frame.key_mark, "write <<: [*a, *b]");
    frame.merged.push_back(std::move(node));
    return;
  }
  if (const Entry* first = map.entry(frame.key)) {
    report_.error({.message = "the key " + quote(frame.key) + " is defined twice",
                   .mark = frame.key_mark,
                   .related = "first defined here",
                   .related_mark = first->key_mark});
    return;
  }
  if (node.tag() == NodeTag::reset) {
    KeyPath path;
    for (const Frame& outer : frames_) {
      if (!outer.node.is_map()) return;  // elements of lists have no stable place to reset
      if (!outer.key_is_merge) path.push_back(outer.key);
    }
    document_.replaced.push_back(std::move(path));
    return;
  }
  map.set(Entry{std::move(frame.key), frame.key_mark, std::move(node)});
}

void Builder::merge(Frame& frame) {
  for (Node& merged : frame.merged) {
    List sources;
    if (merged.is_list()) {
      sources = std::move(merged.as_list());
    } else {
      sources.push_back(std::move(merged));
    }
    for (const Node& source : sources) {
      if (!source.is_map()) {
        report_.error("<< needs a mapping or a list of mappings", source.mark());
        continue;
      }
      for (const Entry& entry : source.as_map())
        if (!frame.node.as_map().contains(entry.key)) frame.node.as_map().set(entry);
    }
  }
}

void Builder::collect_overrides(const Node& node, KeyPath& path) {
  if (node.tag() == NodeTag::override_base && !path.empty()) document_.replaced.push_back(path);
  if (!node.is_map()) return;
  for (const Entry& entry : node.as_map()) {
    path.push_back(entry.key);
    collect_overrides(entry.value, path);
    path.pop_back();
  }
}

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
  Builder builder(source, text, report);
  std::optional<Diagnostic> failure;
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) documents.push_back(builder.take_document());
  } catch (const Stop&) {
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
