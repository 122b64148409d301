#include "compose/read/document.h"

#include <doctest/doctest.h>

#include "compose/read/node_json.h"

using namespace stackd::compose;

namespace {

struct Read {
  Source source;
  Report report;
  std::vector<Document> documents;

  explicit Read(std::string text) {
    source.name = "a.yaml";
    source.text = std::move(text);
    documents = parse_documents(source, report);
  }
  [[nodiscard]] std::string json() const { return documents.empty() ? "" : to_json(documents.front().root); }
  [[nodiscard]] std::string error() const {
    return report.errors().empty() ? "" : to_text(report.errors().front());
  }
  [[nodiscard]] std::string place() const {
    const auto errors = report.errors();
    return errors.empty()
               ? ""
               : std::to_string(errors.front().mark.line) + ":" + std::to_string(errors.front().mark.column);
  }
};

}  // namespace

TEST_CASE("every key and value knows its place, counted in characters") {
  const Read read(
      "a: gr\xC3\xBC\xC3\x9F"
      "e\n\xC3\xA4: {x: 1}\n");
  const Map& root = read.documents.front().root.as_map();
  const Entry& second = *root.entry("\xC3\xA4");
  CHECK(second.key_mark.line == 2);
  CHECK(second.key_mark.column == 1);
  CHECK(second.value.mark().column == 4);
  CHECK(second.value.find("x")->mark().column == 8);
}

TEST_CASE("a value that is absent stands at its key") {
  const Read read("services:\n  a:\n  b: 1\n");
  CHECK(read.documents.front().root.find("services")->find("a")->mark().line == 2);
}

TEST_CASE("aliases are copies, merge keys give way to keys that are written") {
  const Read read("base: &b {x: 1, y: 2}\none: &o {y: 3}\na: {<<: *b, x: 9}\nc: {<<: [*o, *b]}\nd: *b\n");
  CHECK(read.error().empty());
  CHECK(read.json() ==
        R"({"base":{"x":1,"y":2},"one":{"y":3},"a":{"x":9,"y":2},"c":{"y":3,"x":1},"d":{"x":1,"y":2}})");
}

TEST_CASE("a quoted << is an ordinary key") {
  CHECK(Read("'<<': 1\n").json() == R"({"<<":1})");
}

TEST_CASE("values tagged !reset go and their place is noted, also through a merge") {
  const Read read("services:\n  a:\n    ports: !reset []\n    labels: !override {x: 1}\n  b: !reset null\n");
  CHECK(read.json() == R"({"services":{"a":{"labels":{"x":1}}}})");
  const std::vector<KeyPath> expected = {
      {"services", "a", "ports"}, {"services", "b"}, {"services", "a", "labels"}};
  CHECK(read.documents.front().replaced == expected);
}

TEST_CASE("a key twice is an error that shows both") {
  const Read read("a:\n  image: x\n  image: y\n");
  CHECK(read.error() ==
        "a.yaml:3:3: the key \"image\" is defined twice\n"
        "      image: y\n"
        "      ^\n"
        "  a.yaml:2:3: first defined here\n"
        "        image: x\n"
        "        ^");
}

TEST_CASE("keys are strings") {
  CHECK(Read("1: a\n").place() == "1:1");
  CHECK(Read("a: {true: b}\n").place() == "1:5");
  CHECK(Read("? [x]\n: b\n").place() == "1:3");
  CHECK(Read("yes: a\n").error().empty());
}

TEST_CASE("what the parser takes by mistake is refused") {
  CHECK(Read("a: \"no end\n").place() == "1:4");
  CHECK(Read("a: 'no end\nb: c\n").place() == "1:4");
  CHECK(Read("- a\nb: c\n").place() == "2:1");
  CHECK(Read("{a: 1} b\n").place() == "1:8");
  CHECK(Read("a: \xFF\n").place() == "1:1");
  CHECK_FALSE(Read(std::string("a: b\0c\n", 7)).error().empty());
  CHECK(Read("a:\n  b: c\n\td: e\n").error().find("tab") != std::string::npos);
}

TEST_CASE("documents are told apart by their marks") {
  CHECK(Read("a: 1\n---\nb: 2\n").documents.size() == 2);
  CHECK(Read("a: 1\n...\nb: 2\n").documents.size() == 2);
  CHECK(Read("# nothing\n").documents.empty());
  CHECK(Read("---\n").documents.front().root.is_null());
}

TEST_CASE("an alias can't stand inside of what it names") {
  CHECK(Read("a: &x {b: *x}\n").place() == "1:11");
}

TEST_CASE("an alias bomb, deep nesting and open brackets end early") {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'i'; ++c) {
    const std::string before = std::string("*") + static_cast<char>(c - 1);
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += before + ",";
    bomb += before + "]\n";
  }
  CHECK(Read(bomb).error().find("aliases expanded") != std::string::npos);

  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  CHECK(Read(deep).error().find("deep") != std::string::npos);
  CHECK(Read("a: " + std::string(10'000, '[')).error().find("brackets") != std::string::npos);
  CHECK(Read(std::string(9 * 1024 * 1024, 'x')).error().find("larger than 8 MiB") != std::string::npos);
}

TEST_CASE("tags of the core schema are honoured, others are errors") {
  CHECK(Read("a: !!str 12\nb: !!float 1\nc: ! 12\n").json() == R"({"a":"12","b":1E0,"c":"12"})");
  CHECK(Read("a: !foo x\n").place() == "1:4");
  CHECK(Read("a: !override x\n").error().find("without a tag") != std::string::npos);
}

TEST_CASE("a folded text keeps the line breaks at its end that it asks for") {
  CHECK(Read("a: >+\n  x\n  y\n\n  z\n\n\nb: 1\n").json() == R"({"a":"x y\nz\n\n\n","b":1})");
  CHECK(Read("a:\n  - >+\n    x\n\n  - 2\n").json() == R"({"a":["x\n\n",2]})");
  CHECK(Read("a: >+\n  x").json() == R"({"a":"x"})");
  CHECK(Read("a: >\n  x\n\nb: |+\n  y\n\n").json() == R"({"a":"x\n","b":"y\n\n"})");
}
