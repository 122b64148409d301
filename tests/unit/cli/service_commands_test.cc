// stop, start, restart, down, logs, events: what they send, what they follow, and how they end.
#include <doctest/doctest.h>

#include "protocol/wire.h"
#include "unit/cli/command_world.h"

using namespace stackd;
using testing::Said;
using testing::World;

TEST_CASE("stop waits until nothing of what was named runs") {
  World world;
  world.start();
  const Said said = world.run({"-p", "shop", "stop", "migrate", "web"});
  CHECK(said.code == cli::exit_done);
  REQUIRE(world.control.orders.size() == 1);
  CHECK(world.control.orders[0].first == "stop");
  CHECK(world.control.orders[0].second.services == std::vector<std::string>{"migrate", "web"});
}

TEST_CASE("start ends with 1 when a job fails, and says where to look") {
  World world;
  world.start();
  const Said said = world.run({"-p", "shop", "start"});
  CHECK(said.code == cli::exit_failed);
  CHECK(said.out.find("postgres    ready") != std::string::npos);
  CHECK(said.err.find("migrate is failed: it ended with exit code 1; `stackctl why migrate` says more") !=
        std::string::npos);
}

TEST_CASE("start and restart end with 1 when the engine refuses to make a service, and say why") {
  World world;
  protocol::StackStatus& kept = world.control.kept.at("shop");
  std::erase_if(kept.services, [](const protocol::ServiceStatus& service) { return service.job; });
  protocol::ServiceStatus& web = kept.services.back();
  web.state = ServiceState::not_created;
  web.why = "create container shop-web-1: the name is taken";
  world.start();
  for (const char* order : {"start", "restart"}) {
    const Said said = world.run({"-p", "shop", order, "web"});
    CHECK(said.code == cli::exit_failed);
    CHECK(said.err.find("web is not created: create container shop-web-1: the name is taken;") !=
          std::string::npos);
  }
}

TEST_CASE("a service whose scale is 0 is started at once") {
  World world;
  protocol::StackStatus& kept = world.control.kept.at("shop");
  std::erase_if(kept.services, [](const protocol::ServiceStatus& service) { return service.job; });
  kept.services.back().state = ServiceState::stopped;
  kept.services.back().stuck = false;
  world.start();
  CHECK(world.run({"-p", "shop", "start"}).code == cli::exit_done);
}

TEST_CASE("stop and down end with 1 when the engine refuses to end a service") {
  World world;
  for (protocol::ServiceStatus& service : world.control.kept.at("shop").services) service.stuck = true;
  world.start();
  CHECK(world.run({"-p", "shop", "stop", "postgres"}).code == cli::exit_failed);
  CHECK(world.run({"-p", "shop", "down"}).code == cli::exit_failed);
}

TEST_CASE("down hands its flag on and returns when the containers are gone") {
  World world;
  for (protocol::ServiceStatus& service : world.control.kept.at("shop").services) service.containers.clear();
  world.start();
  CHECK(world.run({"-p", "shop", "down", "--volumes"}).code == cli::exit_done);
  REQUIRE(world.control.downs.size() == 1);
  CHECK(world.control.downs[0].volumes);
}

TEST_CASE("logs are lines with their container, and ask for what was wanted") {
  World world;
  world.control.log_lines = {testing::sample_log_line()};
  world.start();
  const Said said =
      world.run({"-p", "shop", "logs", "-f", "--release", "3", "--since", "10m", "--tail", "3", "web"});
  CHECK(said.code == cli::exit_done);
  CHECK(said.out == "shop-web-1 | listening on 3000\n");
  REQUIRE(world.control.logs_requests.size() == 1);
  CHECK(world.control.logs_requests[0].follow);
  CHECK(world.control.logs_requests[0].tail == 3);
  CHECK(world.control.logs_requests[0].release == 3);
  CHECK(world.control.logs_requests[0].since == testing::moment("2026-01-02T03:00:10Z"));
  const Said wrong = world.run({"-p", "shop", "logs", "--since", "lately"});
  CHECK(wrong.code == cli::exit_usage);
  CHECK(wrong.err.find("neither a span (10m, 2h30m) nor a moment") != std::string::npos);
}

TEST_CASE("a stream that breaks in the middle is a failure after what was read") {
  World world;
  world.control.log_lines = {testing::sample_log_line()};
  world.control.log_error = Error{ErrorKind::unavailable, "the engine went away"};
  world.start();
  const Said said = world.run({"-p", "shop", "logs"});
  CHECK(said.code == cli::exit_failed);
  CHECK(said.out == "shop-web-1      | listening on 3000\n");
  CHECK(said.err == "stackctl: the engine went away\n");
}

TEST_CASE("a log that can't be read is said beside the lines of the others") {
  World world;
  protocol::LogLine notice = testing::sample_log_line();
  notice.notice = true;
  notice.at.reset();
  notice.text = "its log driver, none, keeps nothing that can be read";
  world.control.log_lines = {notice, testing::sample_log_line()};
  world.start();
  const Said said = world.run({"-p", "shop", "logs", "web"});
  CHECK(said.code == cli::exit_done);
  CHECK(said.out == "shop-web-1 | listening on 3000\n");
  CHECK(said.err == "stackctl: warning: shop-web-1: its log driver, none, keeps nothing that can be read\n");
}

TEST_CASE("following goes on when stackd is back, with nothing twice") {
  World world;
  protocol::LogLine line = testing::sample_log_line();
  protocol::LogLine notice = line;
  notice.notice = true;
  notice.at.reset();
  notice.text = "unreadable";
  world.control.log_lines = {notice, line, line};
  world.control.log_error = Error{ErrorKind::unavailable, "stackd is stopping"};
  protocol::LogLine missed = line;
  missed.at = *line.at + std::chrono::milliseconds(1);
  missed.text = "missed";
  missed.container = "renamed";
  world.control.log_lines_again = {{notice, line, line, line, missed}};
  world.start();
  const Said said = world.run({"-p", "shop", "logs", "-f", "--tail", "2", "web"});
  CHECK(said.code == cli::exit_done);
  const std::string shown = "shop-web-1 | listening on 3000\n";
  CHECK(said.out == shown + shown + shown + "renamed    | missed\n");
  CHECK(said.err == "stackctl: warning: shop-web-1: unreadable\n");
  REQUIRE(world.control.logs_requests.size() == 2);
  CHECK(world.control.logs_requests[1].since == *line.at - std::chrono::seconds(2));
  CHECK_FALSE(world.control.logs_requests[1].tail);
}

TEST_CASE("events are those of the stack, or of all") {
  World world;
  world.control.journal = {testing::sample_event()};
  world.start();
  CHECK(world.run({"-p", "shop", "events"}).out == "2026-01-02 03:10:01  shop/web  web is ready\n");
  CHECK(world.run({"events", "--all", "--json"}).out ==
        to_text(protocol::to_json(testing::sample_event())) + "\n");
  REQUIRE(world.control.events_requests.size() == 2);
  CHECK(world.control.events_requests[0].stack == "shop");
  CHECK(world.control.events_requests[1].stack.empty());
}
