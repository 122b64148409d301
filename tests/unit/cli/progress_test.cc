#include "cli/progress.h"

#include <doctest/doctest.h>

using namespace stackd;

namespace {

WallTime after(double seconds) {
  return WallTime{} + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

TEST_CASE("without a terminal each change is a line with its time") {
  cli::Terminal terminal;
  terminal.columns = 0;
  cli::ProgressView view(terminal, WallTime{});
  CHECK(view.show(after(0.04), "", "resolving", cli::Colour::plain) == "   0.0s              resolving\n");
  CHECK(view.show(after(1.25), "web", "starting", cli::Colour::plain) == "   1.2s  web         starting\n");
  CHECK(view.show(after(12), "web", "ready", cli::Colour::good) == "  12.0s  web         ready\n");
}

TEST_CASE("what says nothing new is not shown") {
  cli::ProgressView view(cli::Terminal{}, WallTime{});
  CHECK_FALSE(view.show(after(1), "web", "starting", cli::Colour::plain).empty());
  CHECK(view.show(after(2), "web", "starting", cli::Colour::plain).empty());
  CHECK_FALSE(view.show(after(3), "bot", "starting", cli::Colour::plain).empty());
}

TEST_CASE("on a terminal the line of a service is written again in place") {
  cli::Terminal terminal;
  terminal.interactive = true;
  terminal.columns = 80;
  terminal.rows = 24;
  cli::ProgressView view(terminal, WallTime{});
  CHECK(view.show(after(1), "web", "starting", cli::Colour::plain) ==
        "\x1b[2K   1.0s  web         starting\n");
  CHECK(view.show(after(2), "bot", "waits", cli::Colour::plain) ==
        "\x1b[1A\x1b[2K   1.0s  web         starting\n\x1b[2K   2.0s  bot         waits\n");
  CHECK(view.show(after(3), "web", "ready", cli::Colour::plain) ==
        "\x1b[2A\x1b[2K   3.0s  web         ready\n\x1b[2K   2.0s  bot         waits\n");
}

TEST_CASE("more services than the terminal has rows are shown line by line") {
  cli::Terminal terminal;
  terminal.interactive = true;
  terminal.rows = 4;
  cli::ProgressView view(terminal, WallTime{});
  (void)view.show(after(1), "a", "starting", cli::Colour::plain);
  const std::string second = view.show(after(1), "b", "starting", cli::Colour::plain);
  CHECK(second == "   1.0s  b           starting\n");
}

TEST_CASE("a text that is too long ends where the terminal does") {
  cli::Terminal terminal;
  terminal.columns = 32;
  cli::ProgressView view(terminal, WallTime{});
  CHECK(view.show(after(1), "web", "waits for postgres and migrate", cli::Colour::plain) ==
        "   1.0s  web         waits for …\n");
}
