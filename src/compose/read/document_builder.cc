#include "compose/read/document_builder.h"

#include <algorithm>
#include <optional>
#include <yaml-cpp/mark.h>

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

}  // namespace

Mark DocumentBuilder::mark_of(const YAML::Mark& mark) const {
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

void DocumentBuilder::stop(std::string message, Mark mark, std::string advice) {
  report_.error(std::move(message), mark, std::move(advice));
  throw Stop{};
}

void DocumentBuilder::count(std::size_t nodes, Mark mark) {
  nodes_ += nodes;
  if (nodes_ > nodes_max)
    stop("the file has more than " + std::to_string(nodes_max) + " values, aliases expanded", mark);
}

void DocumentBuilder::OnDocumentStart(const YAML::Mark& mark) {
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

Mark DocumentBuilder::mark_of_empty_item(const YAML::Mark& next) const {
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

void DocumentBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  count(1, mark_of(mark));
  Node node = Node::null(mark_of(mark));
  // The parser puts an absent value where the next token starts.
  if (!frames_.empty() && frames_.back().has_key && frames_.back().key_mark.line != node.mark().line)
    node.set_mark(frames_.back().key_mark);
  if (!frames_.empty() && frames_.back().node.is_list()) node.set_mark(mark_of_empty_item(mark));
  remember(anchor, node, 1);
  value(std::move(node));
}

void DocumentBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const Mark at = mark_of(mark);
  if (anchor >= anchors_.size() || !anchors_[anchor].complete)
    stop("the anchor refers to itself", at, "an alias can't stand inside of what it names");
  count(anchors_[anchor].nodes, at);
  value(anchors_[anchor].node);
}

Node DocumentBuilder::scalar(Mark mark, const std::string& tag, const std::string& value) {
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

void DocumentBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
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

void DocumentBuilder::open(Node node, const std::string& tag, std::size_t anchor) {
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

void DocumentBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                      YAML::EmitterStyle::value) {
  open(Node::list({}, mark_of(mark)), tag, anchor);
}

void DocumentBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                 YAML::EmitterStyle::value) {
  open(Node::map({}, mark_of(mark)), tag, anchor);
}

void DocumentBuilder::close() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  merge(frame);
  remember(frame.anchor, frame.node, nodes_ - frame.nodes_before);
  value(std::move(frame.node));
}

void DocumentBuilder::remember(std::size_t anchor, const Node& node, std::size_t nodes) {
  if (anchor == 0) return;
  if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
  anchors_[anchor].complete = nodes > 0;
  anchors_[anchor].nodes = nodes;
  anchors_[anchor].node = node;
}

void DocumentBuilder::value(Node node) {
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

void DocumentBuilder::key(const Node& node) {
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

void DocumentBuilder::entry(Frame& frame, Node node) {
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

void DocumentBuilder::merge(Frame& frame) {
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

void DocumentBuilder::collect_overrides(const Node& node, KeyPath& path) {
  if (node.tag() == NodeTag::override_base && !path.empty()) document_.replaced.push_back(path);
  if (!node.is_map()) return;
  for (const Entry& entry : node.as_map()) {
    path.push_back(entry.key);
    collect_overrides(entry.value, path);
    path.pop_back();
  }
}

}  // namespace stackd::compose
