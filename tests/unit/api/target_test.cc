#include "protocol/target.h"

#include <doctest/doctest.h>

using namespace stackd;

TEST_CASE("any text survives as a segment of a path") {
  const std::string text = "a b/ü%?&=\n~";
  const std::string encoded = protocol::percent_encode(text);
  CHECK(encoded == "a%20b%2F%C3%BC%25%3F%26%3D%0A~");
  const Result<std::string> back = protocol::percent_decode(encoded);
  REQUIRE(back.ok());
  CHECK(*back == text);
}

TEST_CASE("a percent sign that means nothing is refused, and so is a NUL") {
  for (const char* text : {"%", "%4", "%zz", "a%00"}) {
    CAPTURE(text);
    const Result<std::string> decoded = protocol::percent_decode(text);
    REQUIRE_FALSE(decoded.ok());
    CHECK(decoded.error().kind == ErrorKind::invalid);
  }
}

TEST_CASE("a query is read by name, with repeats where they mean something") {
  protocol::Query query("service=web&service=bot&follow=true&tail=20&since=2026-01-02T03:04:05Z");
  CHECK(query.texts("service") == std::vector<std::string>{"web", "bot"});
  CHECK(query.flag("follow"));
  CHECK(query.number("tail") == 20);
  CHECK(query.moment("since").has_value());
  CHECK(query.text("absent").empty());
  CHECK(query.finish().ok());
}

TEST_CASE("what a writer wrote a query reads") {
  protocol::QueryWriter writer;
  writer.add("service", "a&b");
  writer.add_flag("follow", true);
  writer.add_flag("quiet", false);
  CHECK(writer.text() == "?service=a%26b&follow=true");
  protocol::Query query(writer.text().substr(1));
  CHECK(query.text("service") == "a&b");
  CHECK(query.flag("follow"));
}

TEST_CASE("a parameter that nobody asked for is an error with the nearest one named") {
  protocol::Query query("folow=true");
  (void)query.flag("follow");
  const Result<void> asked = query.finish();
  REQUIRE_FALSE(asked.ok());
  CHECK(asked.error().message == "unknown parameter \"folow\", did you mean \"follow\"?");
}

TEST_CASE("values of the wrong form are errors that say what is expected") {
  const auto message = [](const char* text) {
    protocol::Query query(text);
    (void)query.flag("follow");
    (void)query.number("tail");
    (void)query.moment("since");
    const Result<void> asked = query.finish();
    REQUIRE_FALSE(asked.ok());
    return asked.error().message;
  };
  CHECK(message("follow=yes") == "parameter \"follow\" must be true or false, not \"yes\"");
  CHECK(message("tail=-1") == "parameter \"tail\" must be a whole number from 0, not \"-1\"");
  CHECK(message("tail=1&tail=2") == "parameter \"tail\" is given more than once");
  CHECK(message("since=now").find("parameter \"since\": ") == 0);
  CHECK(message("a%=1").find("bad percent sign") == 0);
}
