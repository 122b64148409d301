// What every engine::Engine promises, as questions that are put to a real Docker (contract_docker.cc) and to
// the simulated engine alike. A question brings its own project, asks through the interface only, and cleans
// up behind itself unless it fails.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "model/service.h"
#include "runtime/clock.h"

namespace stackd::contract {

/// What the process of a service does.
enum class Work {
  serves,           // runs until it is asked to end, then ends with 0 within a second; its probe passes soon
  serves_unready,   // the same, but its probe fails
  ignores_term,     // runs until it is killed
  ends_with_seven,  // ends by itself within a second, with 7
  hangs,            // runs, but its probe never ends
};

/// An engine and what must be known about it to give it work.
class Bench {
 public:
  virtual ~Bench() = default;

  virtual engine::Engine& engine() = 0;
  virtual runtime::Clock& clock() = 0;
  /// A reference that the engine has.
  virtual std::string image() = 0;
  /// Command and health check (two failures make it unhealthy) of a service that does this.
  virtual void give_work(Service& service, Work work) = 0;
  /// What an exec session has to run to be the probe of such a service.
  virtual std::vector<std::string> probe_of(Work work) = 0;
  /// Does the engine keep what containers of `ends_with_seven` write ("one" to its output, "two" as error)?
  virtual bool keeps_logs() = 0;
};

struct Question {
  const char* name;
  runtime::Task<void> (*ask)(Bench& bench);
};

/// Creation, start, stop, end and name of a container.
std::vector<Question> container_questions();
/// Health, commands, networks, volumes, images, logs, files.
std::vector<Question> object_questions();

const std::vector<Question>& engine_questions();

}  // namespace stackd::contract
