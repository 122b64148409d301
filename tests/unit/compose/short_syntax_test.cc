#include <doctest/doctest.h>

#include "base/text.h"
#include "compose/canonical/command_line.h"
#include "compose/canonical/mount.h"
#include "compose/canonical/port.h"
#include "compose/canonical/size.h"
#include "compose/read/node_json.h"

using namespace stackd;
using namespace stackd::compose;

namespace {

std::string words(std::string_view text) {
  const Result<CommandLine> line = split_command_line(text);
  return line ? join(line->words, "|") : "error";
}

std::string ports(std::string_view spec) {
  const Result<List> list = parse_port(spec, {});
  if (!list) return "error";
  std::string text;
  for (const Node& port : *list) {
    const Node* published = port.find("published");
    const Node* ip = port.find("host_ip");
    text += (text.empty() ? "" : " ") + (ip ? ip->as_text() + "," : "") +
            (published ? published->as_text() : "") + ">" + port.find("target")->integer_text() + "/" +
            port.find("protocol")->as_text();
  }
  return text;
}

std::string mount(std::string_view spec) {
  const Result<ShortMount> parsed = parse_mount(spec);
  return parsed ? to_json(to_node(*parsed, {})) : "error";
}

}  // namespace

TEST_CASE("a command line is split at blanks, quotes are removed, a backslash takes the next character") {
  CHECK(words("echo 'a b' \"c d\" e\\ f") == "echo|a b|c d|e f");
  CHECK(words("\"a\\nb\" '' x") == "anb||x");
  CHECK(words("# * ~ {}") == "#|*|~|{}");
  CHECK(words("") == "");
}

TEST_CASE("backquotes and $( ) hold together and are kept") {
  CHECK(words("a `b c` $(d e)f") == "a|`b c`|$(d e)f");
}

TEST_CASE("an unquoted operator ends the command and its place is known") {
  const Result<CommandLine> line = split_command_line("echo a && b");
  REQUIRE(line.ok());
  CHECK(line->words == std::vector<std::string>{"echo", "a"});
  CHECK(line->cut_at == 7);
  CHECK(words("cmd 2>/dev/null") == "cmd");
  CHECK(words("cmd x>y") == "cmd|x");
  CHECK(words("a 'b|c' \"d;e\"") == "a|b|c|d;e");
}

TEST_CASE("what is not closed is no command line") {
  for (const char* text : {"a\"b", "'", "a\\", "(a)", "a)", "`a", "$(a", "$(a(b))"})
    CHECK_MESSAGE(words(text) == "error", text);
}

TEST_CASE("ports are read from the right: container, host, address") {
  CHECK(ports("80") == ">80/tcp");
  CHECK(ports("8080:80/UDP") == "8080>80/udp");
  CHECK(ports("127.0.0.1:8080:80") == "127.0.0.1,8080>80/tcp");
  CHECK(ports("[::1]:8080:80") == "::1,8080>80/tcp");
  CHECK(ports(":80") == ">80/tcp");
}

TEST_CASE("ranges of one length are pairs, ordered as text; a host range for one port stays a range") {
  CHECK(ports("9-11:9-11") == "10>10/tcp 11>11/tcp 9>9/tcp");
  CHECK(ports("8000-8010:80") == "8000-8010>80/tcp");
}

TEST_CASE("what is no port is an error") {
  for (const char* spec : {"", "abc", "80:", "80:80-82", "80:70000", "-1", "127.0.0.1:80", "  80:80",
                           "80/tcp/x:80", "80:80/icmp", "+80", "1.2.3:1:2"})
    CHECK_MESSAGE(ports(spec) == "error", spec);
}

TEST_CASE("a mount is a bind when its source looks like a path, else a volume") {
  CHECK(mount("/data") == R"({"type":"volume","target":"/data","volume":{}})");
  CHECK(mount("/d") == R"({"type":"volume","target":"/d"})");
  CHECK(mount("data:/d:ro") ==
        R"({"type":"volume","source":"data","target":"/d","read_only":true,"volume":{}})");
  CHECK(
      mount("./x:/d/../e:z,rshared") ==
      R"({"type":"bind","source":"./x","target":"/e","bind":{"selinux":"z","propagation":"rshared","create_host_path":true}})");
  CHECK(mount("data:/d:nocopy,cached") ==
        R"({"type":"volume","source":"data","target":"/d","volume":{"nocopy":true}})");
}

TEST_CASE("one letter before a colon is a drive") {
  CHECK(mount("d:/d") == R"({"type":"volume","target":"d:/d","volume":{}})");
  CHECK(mount("c:/x:/d") ==
        R"({"type":"bind","source":"c:/x","target":"/d","bind":{"create_host_path":true}})");
}

TEST_CASE("colons of variables that were left alone don't separate") {
  CHECK(mount("${A:-/x}:/d") == R"({"type":"volume","source":"${A:-/x}","target":"/d","volume":{}})");
}

TEST_CASE("what is no mount is an error") {
  for (const char* spec : {"", "a:/d:", "::x", "name:/a:/b:/c", ":/d"})
    CHECK_MESSAGE(mount(spec) == "error", spec);
}

TEST_CASE("sizes count by 1024 in any spelling and drop fractions of a byte") {
  CHECK(*parse_size("1k") == 1024);
  CHECK(*parse_size("1.5g") == 1610612736);
  CHECK(*parse_size("512 MiB") == 536870912);
  CHECK(*parse_size("10B") == 10);
  CHECK(*parse_size("0.5") == 0);
  for (const char* text : {"", "abc", "-1", "1x", "1kbb", "1 k b", "9999999999t"})
    CHECK_MESSAGE(!parse_size(text).ok(), text);
}
