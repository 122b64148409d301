#include "compose/read/node.h"

#include <algorithm>

#include "base/check.h"

namespace stackd::compose {

namespace {

// Below this many keys a walk is faster than hashing.
constexpr std::size_t indexed_from = 24;
constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

}  // namespace

std::string_view to_string(NodeKind kind) {
  switch (kind) {
    case NodeKind::null:
      return "null";
    case NodeKind::boolean:
      return "boolean";
    case NodeKind::integer:
      return "integer";
    case NodeKind::real:
      return "number";
    case NodeKind::text:
      return "string";
    case NodeKind::list:
      return "list";
    case NodeKind::map:
      return "mapping";
  }
  return "";
}

Map::Map() = default;
Map::Map(const Map& other) : entries_(other.entries_) {}
Map::Map(Map&&) noexcept = default;
Map& Map::operator=(Map&&) noexcept = default;
Map::~Map() = default;

Map& Map::operator=(const Map& other) {
  if (this == &other) return *this;
  std::vector<Entry> copy = other.entries_;  // `other` may lie inside of what is replaced
  entries_ = std::move(copy);
  index_.reset();
  return *this;
}

std::size_t Map::size() const {
  return entries_.size();
}

std::size_t Map::index_of(std::string_view key) const {
  if (entries_.size() < indexed_from) {
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (entries_[i].key == key) return i;
    return nowhere;
  }
  if (!index_) {
    index_ = std::make_unique<std::unordered_map<std::string, std::size_t>>();
    index_->reserve(entries_.size() * 2);
    for (std::size_t i = 0; i < entries_.size(); ++i) index_->emplace(entries_[i].key, i);
  }
  const auto found = index_->find(std::string(key));
  return found == index_->end() ? nowhere : found->second;
}

const Node* Map::find(std::string_view key) const {
  const Entry* found = entry(key);
  return found == nullptr ? nullptr : &found->value;
}

Node* Map::find(std::string_view key) {
  const std::size_t at = index_of(key);
  return at == nowhere ? nullptr : &entries_[at].value;
}

const Entry* Map::entry(std::string_view key) const {
  const std::size_t at = index_of(key);
  return at == nowhere ? nullptr : &entries_[at];
}

Node& Map::set(Entry entry) {
  const std::size_t at = index_of(entry.key);
  if (at != nowhere) {
    entries_[at] = std::move(entry);
    return entries_[at].value;
  }
  if (index_) index_->emplace(entry.key, entries_.size());
  entries_.push_back(std::move(entry));
  return entries_.back().value;
}

Node& Map::set(std::string_view key, Node value, Mark key_mark) {
  return set(Entry{std::string(key), key_mark, std::move(value)});
}

Node& Map::set(std::string_view key, Node value) {
  if (Node* there = find(key)) return *there = std::move(value);
  const Mark mark = value.mark();
  return set(Entry{std::string(key), mark, std::move(value)});
}

bool Map::erase(std::string_view key) {
  const std::size_t at = index_of(key);
  if (at == nowhere) return false;
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
  index_.reset();
  return true;
}

void Map::erase(const std::set<std::string>& keys) {
  if (keys.empty()) return;
  std::erase_if(entries_, [&](const Entry& entry) { return keys.contains(entry.key); });
  index_.reset();
}

void Map::clear() {
  entries_.clear();
  index_.reset();
}

void Map::reserve(std::size_t entries) {
  entries_.reserve(entries);
}

void Map::sort() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
  index_.reset();
}

std::vector<Entry>::iterator Map::begin() {
  return entries_.begin();
}
std::vector<Entry>::iterator Map::end() {
  return entries_.end();
}
std::vector<Entry>::const_iterator Map::begin() const {
  return entries_.begin();
}
std::vector<Entry>::const_iterator Map::end() const {
  return entries_.end();
}

Node Node::unsigned_integer(std::uint64_t value, Mark mark) {
  if (value <= static_cast<std::uint64_t>(INT64_MAX)) return integer(static_cast<std::int64_t>(value), mark);
  return Node(value, mark);
}

NodeKind Node::kind() const {
  constexpr NodeKind kinds[] = {NodeKind::null, NodeKind::boolean, NodeKind::integer, NodeKind::integer,
                                NodeKind::real, NodeKind::text,    NodeKind::list,    NodeKind::map};
  return kinds[value_.index()];
}

bool Node::as_boolean() const {
  STACKD_CHECK(is_boolean());
  return *std::get_if<bool>(&value_);
}

double Node::as_real() const {
  if (const auto* number = std::get_if<double>(&value_)) return *number;
  if (const auto* number = std::get_if<std::uint64_t>(&value_)) return static_cast<double>(*number);
  const auto* number = std::get_if<std::int64_t>(&value_);
  STACKD_CHECK(number != nullptr);
  return static_cast<double>(*number);
}

const std::string& Node::as_text() const {
  STACKD_CHECK(is_text());
  return *std::get_if<std::string>(&value_);
}

std::string& Node::as_text() {
  STACKD_CHECK(is_text());
  return *std::get_if<std::string>(&value_);
}

const List& Node::as_list() const {
  STACKD_CHECK(is_list());
  return *std::get_if<List>(&value_);
}

List& Node::as_list() {
  STACKD_CHECK(is_list());
  return *std::get_if<List>(&value_);
}

const Map& Node::as_map() const {
  STACKD_CHECK(is_map());
  return *std::get_if<Map>(&value_);
}

Map& Node::as_map() {
  STACKD_CHECK(is_map());
  return *std::get_if<Map>(&value_);
}

std::optional<std::int64_t> Node::integer_value() const {
  const auto* number = std::get_if<std::int64_t>(&value_);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::string Node::integer_text() const {
  if (const auto* number = std::get_if<std::uint64_t>(&value_)) return std::to_string(*number);
  const auto* number = std::get_if<std::int64_t>(&value_);
  STACKD_CHECK(number != nullptr);
  return std::to_string(*number);
}

const Node* Node::find(std::string_view key) const {
  const auto* map = std::get_if<Map>(&value_);
  return map == nullptr ? nullptr : map->find(key);
}

Node* Node::find(std::string_view key) {
  auto* map = std::get_if<Map>(&value_);
  return map == nullptr ? nullptr : map->find(key);
}

bool operator==(const Map& a, const Map& b) {
  if (a.size() != b.size()) return false;
  return std::all_of(a.begin(), a.end(), [&](const Entry& entry) {
    const Node* other = b.find(entry.key);
    return other != nullptr && entry.value == *other;
  });
}

bool operator==(const Node& a, const Node& b) {
  return a.value_ == b.value_;
}

}  // namespace stackd::compose
