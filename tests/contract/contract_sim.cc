// The contract's questions to the simulated engine: what it answers differently from a real one would make
// the simulated world a fairy tale.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <exception>
#include <map>

#include "contract/engine_questions.h"
#include "support/sim_engine.h"

namespace stackd::contract {
namespace {

using namespace std::chrono_literals;

class SimBench final : public Bench {
 public:
  SimBench() {
    ObservedImage image;
    image.id = "sha256:" + std::string(64, 'a');
    image.tags = {"app:1"};
    host_.add_image(image);
    host_.script = [this](const std::string&, const std::string& service, std::int64_t) {
      return program_of(works_.at(service));
    };
  }

  engine::Engine& engine() override { return engine_; }
  runtime::Clock& clock() override { return clock_; }
  std::string image() override { return "app:1"; }
  bool keeps_logs() override { return false; }

  void give_work(Service& service, Work work) override {
    works_[service.name] = work;
    HealthCheck check;
    check.test = {"CMD", "probe"};
    check.interval = 300ms;
    check.timeout = 60s;
    check.retries = 2;
    service.health_check = check;
  }

  std::vector<std::string> probe_of(Work) override { return {"probe"}; }

  void run(runtime::Task<void> task) {
    std::exception_ptr failure;
    bool ended = false;
    boost::asio::co_spawn(loop_, std::move(task), [&](std::exception_ptr thrown) {
      failure = thrown;
      ended = true;
    });
    while (!ended) {
      loop_.restart();
      while (!ended && loop_.poll_one() > 0) loop_.restart();
      if (ended) break;
      REQUIRE(clock_.next().has_value());
      clock_.advance();
    }
    if (failure) std::rethrow_exception(failure);
  }

 private:
  static sim::Program program_of(Work work) {
    sim::Program program;
    program.ready_after = 100ms;
    switch (work) {
      case Work::serves:
        break;
      case Work::serves_unready:
        program.ready_after = 1h;
        break;
      case Work::ignores_term:
        program.ignores_term = true;
        break;
      case Work::ends_with_seven:
        program.ends_after = 100ms;
        program.exit_code = 7;
        break;
      case Work::hangs:
        program.probe_takes = 1h;
        break;
    }
    return program;
  }

  sim::SimClock clock_;
  sim::SimHost host_{clock_, 1};
  sim::SimEngine engine_{clock_, host_};
  std::map<std::string, Work> works_;
  boost::asio::io_context loop_;
};

TEST_CASE("the simulated engine answers as agreed") {
  for (const Question& question : engine_questions()) {
    SUBCASE(question.name) {
      SimBench bench;
      bench.run(question.ask(bench));
    }
  }
}

}  // namespace
}  // namespace stackd::contract
