// The value tree that all phases of the loader work on: what a YAML or JSON document says, with the place
// of every value and key. It knows nothing of Compose.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "compose/read/source.h"

namespace stackd::compose {

class Node;
struct Entry;

enum class NodeKind : std::uint8_t { null, boolean, integer, real, text, list, map };

/// "string", "integer" and so on, as a person says it.
std::string_view to_string(NodeKind kind);

/// What a tag of the stack file asks of a merge (reset, override_base).
/// A timestamp is text that was written plainly and looks like a date, which Compose refuses as a value.
/// Damaged is what an error was reported for already: it causes no further ones.
enum class NodeTag : std::uint8_t { none, reset, override_base, timestamp, damaged };

using List = std::vector<Node>;

/// Keys in the order in which they were written, each once. Finding is fast in large maps too.
class Map {
 public:
  Map();
  Map(const Map&);
  Map(Map&&) noexcept;
  Map& operator=(const Map&);
  Map& operator=(Map&&) noexcept;
  ~Map();

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const;

  /// The value, or nullptr.
  [[nodiscard]] const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
  /// The entry with its key's mark, or nullptr.
  [[nodiscard]] const Entry* entry(std::string_view key) const;
  [[nodiscard]] bool contains(std::string_view key) const { return find(key) != nullptr; }

  /// Replaces the value of a key that exists (keeping its place), else appends. Returns the stored value.
  Node& set(std::string_view key, Node value, Mark key_mark);
  Node& set(std::string_view key, Node value);
  /// Appends the entry, or replaces it where its key exists.
  Node& set(Entry entry);
  /// Returns whether there was such a key.
  bool erase(std::string_view key);
  /// Removes several at once, in one pass.
  void erase(const std::set<std::string>& keys);
  void clear();
  void reserve(std::size_t entries);

  /// The same entries in bytewise order of keys.
  void sort();

  std::vector<Entry>::iterator begin();
  std::vector<Entry>::iterator end();
  [[nodiscard]] std::vector<Entry>::const_iterator begin() const;
  [[nodiscard]] std::vector<Entry>::const_iterator end() const;

  /// Equal as values: marks and the order of keys don't count.
  friend bool operator==(const Map& a, const Map& b);

 private:
  [[nodiscard]] std::size_t index_of(std::string_view key) const;

  std::vector<Entry> entries_;
  // Only for maps of many keys, and only to find: never walked. Made at the first lookup that needs it.
  mutable std::unique_ptr<std::unordered_map<std::string, std::size_t>> index_;
};

class Node {
 public:
  Node() = default;
  static Node null(Mark mark = {}) { return Node(std::monostate{}, mark); }
  static Node boolean(bool value, Mark mark = {}) { return Node(value, mark); }
  static Node integer(std::int64_t value, Mark mark = {}) { return Node(value, mark); }
  /// Also for what lies beyond int64; smaller values are stored as such.
  static Node unsigned_integer(std::uint64_t value, Mark mark = {});
  static Node real(double value, Mark mark = {}) { return Node(value, mark); }
  static Node text(std::string value, Mark mark = {}) { return Node(std::move(value), mark); }
  static Node list(List value = {}, Mark mark = {}) { return Node(std::move(value), mark); }
  static Node map(Map value = {}, Mark mark = {}) { return Node(std::move(value), mark); }

  [[nodiscard]] NodeKind kind() const;
  [[nodiscard]] bool is_null() const { return kind() == NodeKind::null; }
  [[nodiscard]] bool is_boolean() const { return kind() == NodeKind::boolean; }
  [[nodiscard]] bool is_integer() const { return kind() == NodeKind::integer; }
  [[nodiscard]] bool is_real() const { return kind() == NodeKind::real; }
  [[nodiscard]] bool is_text() const { return kind() == NodeKind::text; }
  [[nodiscard]] bool is_list() const { return kind() == NodeKind::list; }
  [[nodiscard]] bool is_map() const { return kind() == NodeKind::map; }
  [[nodiscard]] bool is_number() const { return is_integer() || is_real(); }

  // Each needs the kind it names; another one is a bug and ends the process.
  [[nodiscard]] bool as_boolean() const;
  [[nodiscard]] double as_real() const;  // integers too
  [[nodiscard]] const std::string& as_text() const;
  std::string& as_text();
  [[nodiscard]] const List& as_list() const;
  List& as_list();
  [[nodiscard]] const Map& as_map() const;
  Map& as_map();

  /// An integer within int64, else nothing (also for other kinds).
  [[nodiscard]] std::optional<std::int64_t> integer_value() const;
  /// The decimal digits of an integer of any size. Needs is_integer().
  [[nodiscard]] std::string integer_text() const;

  /// The value below a key of a map; nullptr when absent or when this is no map.
  [[nodiscard]] const Node* find(std::string_view key) const;
  Node* find(std::string_view key);

  [[nodiscard]] Mark mark() const { return mark_; }
  void set_mark(Mark mark) { mark_ = mark; }
  [[nodiscard]] Position position() const { return mark_.position(); }

  [[nodiscard]] NodeTag tag() const { return tag_; }
  void set_tag(NodeTag tag) { tag_ = tag; }

  /// Equal as values: marks, tags and the order of keys don't count.
  friend bool operator==(const Node& a, const Node& b);

 private:
  using Value =
      std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, List, Map>;
  Node(Value value, Mark mark) : value_(std::move(value)), mark_(mark) {}

  Value value_;
  Mark mark_;
  NodeTag tag_ = NodeTag::none;
};

struct Entry {
  std::string key;
  Mark key_mark;
  Node value;
};

}  // namespace stackd::compose
