// The contract's questions to a real engine. DOCKER_HOST names it; STACKD_CONTRACT_IMAGE an image on it that
// has a busybox in /bin (contract.sh makes both).
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <doctest/doctest.h>
#include <exception>

#include "contract/engine_questions.h"
#include "engine/docker.h"
#include "runtime/curl.h"

namespace stackd::contract {
namespace {

std::string variable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

class DockerBench final : public Bench {
 public:
  DockerBench() : http_(io_.get_executor()), clock_(runtime::make_real_clock(io_.get_executor())) {
    engine::DockerOptions options;
    options.host = variable("DOCKER_HOST", "");
    Result<std::unique_ptr<engine::Engine>> made = engine::make_docker_engine(http_, *clock_, options);
    REQUIRE_MESSAGE(made.ok(), made.error().message);
    engine_ = std::move(*made);
  }

  engine::Engine& engine() override { return *engine_; }
  runtime::Clock& clock() override { return *clock_; }
  std::string image() override { return variable("STACKD_CONTRACT_IMAGE", "stackd-test/busybox:1"); }
  bool keeps_logs() override { return true; }

  void give_work(Service& service, Work work) override {
    service.command = std::vector<std::string>{"/bin/busybox", "sh", "-c", script_of(work)};
    HealthCheck check;
    check.test = probe_of(work);
    check.test.insert(check.test.begin(), "CMD");
    check.interval = std::chrono::milliseconds(300);
    check.timeout = std::chrono::seconds(60);
    check.retries = 2;
    service.health_check = check;
  }

  std::vector<std::string> probe_of(Work work) override {
    if (work == Work::hangs) return {"/bin/busybox", "sleep", "1000"};
    return {"/bin/busybox", "test", "-f", work == Work::serves_unready ? "/nowhere" : "/tmp/ready"};
  }

  void run(runtime::Task<void> task) {
    std::exception_ptr failure;
    boost::asio::co_spawn(io_, std::move(task), [&failure, this](std::exception_ptr ended) {
      failure = ended;
      io_.stop();
    });
    io_.run();
    if (failure) std::rethrow_exception(failure);
  }

 private:
  static std::string script_of(Work work) {
    switch (work) {
      case Work::serves:
      case Work::serves_unready:
      case Work::hangs:
        return "trap 'exit 0' TERM; busybox mkdir -p /tmp; :> /tmp/ready; while :; do busybox sleep 0.1; "
               "done";
      case Work::ignores_term:
        return "trap '' TERM; while :; do busybox sleep 0.1; done";
      case Work::ends_with_seven:
        return "echo one; busybox sleep 0.1; echo two >&2; exit 7";
    }
    return "";
  }

  boost::asio::io_context io_;
  runtime::CurlClient http_;
  std::unique_ptr<runtime::Clock> clock_;
  std::unique_ptr<engine::Engine> engine_;
};

TEST_CASE("a real engine answers as agreed") {
  for (const Question& question : engine_questions()) {
    SUBCASE(question.name) {
      DockerBench bench;
      bench.run(question.ask(bench));
    }
  }
}

}  // namespace
}  // namespace stackd::contract
