// Makes the nodes of a document out of what the YAML parser tells: keys, anchors, merges, Compose's !reset
// and !override, each with its place. For document.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>
#include <yaml-cpp/eventhandler.h>

#include "compose/read/document.h"

namespace stackd::compose {

/// Faults are told to the report. One builder reads all documents of a text, which must outlive it.
class DocumentBuilder : public YAML::EventHandler {
 public:
  /// Thrown to end the parser, which has no other way to be told. The report says why.
  struct Stop {};

  DocumentBuilder(const Source& source, std::string_view text, Report& report)
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

}  // namespace stackd::compose
