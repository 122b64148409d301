// sim: runs seeds of the simulated world.
//
//   sim --seeds 200 [--from N]     so many seeds; stops at the first broken promise
//   sim --seed N [--trace]         one of them again, with every event
//   sim --seed N --shrink          … and the smallest story that still breaks a promise
//   sim --hashes --seeds N         one line a seed: two builds, two processes must print the same
//   sim --marks --seeds N          fails when a situation that we claim to test never came about
//   sim --mutations                the bugs that this build can be given, by name
//   sim --mutation NAME …          with one of them
//   sim --keep-going               count every broken promise instead of stopping at the first
//   sim --jobs N                   in so many processes
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "base/mutation.h"
#include "sim/scenario.h"
#include "sim/shrink.h"
#include "sim/trace.h"
#include "sim/world.h"

namespace {

using namespace stackd;
using namespace stackd::sim;

struct Choice {
  std::uint64_t from = 1;
  std::uint64_t seeds = 1;
  std::uint64_t jobs = 1;
  bool trace = false;
  bool shrink = false;
  bool hashes = false;
  bool marks = false;
  bool keep_going = false;
  bool mutations = false;
  std::string mutation;
};

constexpr const char* must_hit[] = {
    "a crash with an order under way",
    "a deploy failed",
    "a deploy of some services",
    "a deploy that starts nothing",
    "a finished job stood for what it waits for",
    "a job failed",
    "a job ran",
    "a job succeeded",
    "a page did not answer",
    "a person's hand that stackd must have seen",
    "a process crashes",
    "a process ended by itself",
    "a process hangs",
    "a release was verified",
    "a restart was carried out",
    "a service crashed five times",
    "a service was reloaded",
    "a stack was forgotten",
    "a stack was kept again",
    "a successor started beside its predecessor",
    "an answer lost after the effect",
    "an answer lost before the effect",
    "an event doubled",
    "an event lost",
    "an order given again after a crash",
    "docker compose down",
    "docker kill",
    "docker pause",
    "docker restart",
    "docker rm -f",
    "docker start",
    "docker stop",
    "docker update --restart always",
    "ordered: adopt",
    "ordered: deploy",
    "ordered: down",
    "ordered: hand back",
    "ordered: restart",
    "ordered: resume",
    "ordered: start",
    "ordered: stop",
    "questions were asked",
    "stackd crashes",
    "the calendar's clock jumps",
    "the container of a finished job was removed",
    "the engine answered 500",
    "the engine is killed",
    "the engine is stopped",
    "the engine started a container by itself",
    "the event stream is cut",
    "the host reboots",
    "two requests at once",
    "what a live release mounts was held against its record",
    "what others wait for was stopped with them",
};

Outcome run(const Scenario& scenario, Marks& marks, bool print, std::vector<std::string>* last) {
  Trace trace(print);
  World world(scenario, trace, marks);
  Outcome outcome = world.run();
  if (last != nullptr) last->assign(trace.last().begin(), trace.last().end());
  return outcome;
}

void tell(const Scenario& scenario, const Outcome& outcome, const std::vector<std::string>& last,
          const Choice& options) {
  std::printf("seed %llu of version %s broke a promise: %s\n", static_cast<unsigned long long>(scenario.seed),
              STACKD_VERSION, outcome.broken->c_str());
  if (!options.trace) {
    for (const std::string& line : last) std::printf("  %s\n", line.c_str());
  }
  std::printf("replay: sim --seed %llu --trace%s%s\n", static_cast<unsigned long long>(scenario.seed),
              options.mutation.empty() ? "" : " --mutation ", options.mutation.c_str());
}

void tell_shrunk(const Scenario& scenario) {
  const Scenario small = shrink(scenario, [](const Scenario& candidate) {
    Marks ignored;
    return run(candidate, ignored, false, nullptr).broken.has_value();
  });
  Marks ignored;
  std::printf("\nthe smallest that still does:\n%s\n", to_text(small).c_str());
  const Outcome outcome = run(small, ignored, true, nullptr);
  std::printf("broken: %s\n", outcome.broken.value_or("nothing").c_str());
}

bool check_marks(const Marks& marks) {
  bool all = true;
  for (const auto& [name, count] : marks)
    std::printf("%10llu %s\n", static_cast<unsigned long long>(count), name.c_str());
  for (const char* name : must_hit) {
    if (marks.count(name) != 0) continue;
    std::printf("never came about: %s\n", name);
    all = false;
  }
  return all;
}

struct Total {
  Marks marks;
  std::uint64_t events = 0;
  std::uint64_t broken = 0;
  std::int64_t simulated_seconds = 0;
};

/// Every `step`th seed from `first` on, up to the end of the range or the first broken promise.
Total run_share(const Choice& options, std::uint64_t first, std::uint64_t step) {
  Total total;
  for (std::uint64_t seed = first; seed < options.from + options.seeds; seed += step) {
    const Scenario scenario = draw(seed);
    std::vector<std::string> last;
    const Outcome outcome = run(scenario, total.marks, options.trace, &last);
    total.events += outcome.events;
    total.simulated_seconds += std::chrono::duration_cast<std::chrono::seconds>(outcome.simulated).count();
    if (options.hashes) {
      std::printf("%llu %016llx %llu\n", static_cast<unsigned long long>(seed),
                  static_cast<unsigned long long>(outcome.hash),
                  static_cast<unsigned long long>(outcome.events));
      std::fflush(stdout);
      continue;
    }
    if (!outcome.broken) continue;
    ++total.broken;
    if (options.keep_going) {
      std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), outcome.broken->c_str());
      std::fflush(stdout);
      continue;
    }
    tell(scenario, outcome, last, options);
    if (options.shrink) tell_shrunk(scenario);
    std::fflush(stdout);
    return total;
  }
  return total;
}

// The shares of several processes: each writes its total as lines of a number and a name.

void write_total(std::FILE* to, const Total& total) {
  std::fprintf(to, "%llu events\n%llu broken\n%lld seconds\n", static_cast<unsigned long long>(total.events),
               static_cast<unsigned long long>(total.broken),
               static_cast<long long>(total.simulated_seconds));
  for (const auto& [name, count] : total.marks)
    std::fprintf(to, "%llu mark %s\n", static_cast<unsigned long long>(count), name.c_str());
}

void add_line(Total& total, std::string line) {
  if (!line.empty() && line.back() == '\n') line.pop_back();
  const std::size_t blank = line.find(' ');
  const std::uint64_t number = std::stoull(line.substr(0, blank));
  const std::string name = line.substr(blank + 1);
  if (name == "events") {
    total.events += number;
  } else if (name == "broken") {
    total.broken += number;
  } else if (name == "seconds") {
    total.simulated_seconds += static_cast<std::int64_t>(number);
  } else {
    total.marks[name.substr(std::strlen("mark "))] += number;
  }
}

/// Forks `options.jobs` processes. A process that did not end well counts as one more broken promise.
Total run_shares(const Choice& options) {
  struct Child {
    pid_t pid;
    std::FILE* output;
  };
  std::vector<Child> children;
  for (std::uint64_t job = 0; job < options.jobs; ++job) {
    int ends[2];
    if (pipe(ends) != 0) std::perror("pipe"), std::exit(2);
    const pid_t pid = fork();
    if (pid < 0) std::perror("fork"), std::exit(2);
    if (pid == 0) {
      close(ends[0]);
      for (const Child& elder : children) std::fclose(elder.output);
      std::FILE* output = fdopen(ends[1], "w");
      write_total(output, run_share(options, options.from + job, options.jobs));
      std::fclose(output);
      std::exit(0);
    }
    close(ends[1]);
    children.push_back({pid, fdopen(ends[0], "r")});
  }
  Total total;
  for (const Child& child : children) {
    char line[256];
    while (std::fgets(line, sizeof line, child.output) != nullptr) add_line(total, line);
    std::fclose(child.output);
    int status = 0;
    if (waitpid(child.pid, &status, 0) != child.pid || status != 0) ++total.broken;
  }
  return total;
}

int run_all(const Choice& options) {
  const auto began = std::chrono::steady_clock::now();
  const Total total = options.jobs > 1 ? run_shares(options) : run_share(options, options.from, 1);
  if (options.hashes) return 0;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("%llu seeds, %llu broken, %llu events, %lld simulated hours, %.1f s\n",
              static_cast<unsigned long long>(options.seeds), static_cast<unsigned long long>(total.broken),
              static_cast<unsigned long long>(total.events),
              static_cast<long long>(total.simulated_seconds / 3600), took.count());
  if (options.marks && !check_marks(total.marks)) return 1;
  return total.broken == 0 ? 0 : 1;
}

bool read_number(const char* text, std::uint64_t& number) {
  const char* end = text + std::strlen(text);
  const auto read = std::from_chars(text, end, number);
  return read.ec == std::errc() && read.ptr == end;
}

bool read_options(int count, char** values, Choice& options) {
  for (int i = 1; i < count; ++i) {
    const std::string option = values[i];
    const bool has_value = option == "--seed" || option == "--seeds" || option == "--from" ||
                           option == "--jobs" || option == "--mutation";
    if (has_value && ++i == count) return false;
    if (option == "--seed") {
      if (!read_number(values[i], options.from)) return false;
    } else if (option == "--seeds") {
      if (!read_number(values[i], options.seeds)) return false;
    } else if (option == "--from") {
      if (!read_number(values[i], options.from)) return false;
    } else if (option == "--jobs") {
      if (!read_number(values[i], options.jobs)) return false;
    } else if (option == "--mutation") {
      options.mutation = values[i];
    } else if (option == "--trace") {
      options.trace = true;
    } else if (option == "--shrink") {
      options.shrink = true;
    } else if (option == "--hashes") {
      options.hashes = true;
    } else if (option == "--marks") {
      options.marks = true;
    } else if (option == "--mutations") {
      options.mutations = true;
    } else if (option == "--keep-going") {
      options.keep_going = true;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int count, char** values) {
  Choice options;
  if (!read_options(count, values, options)) {
    std::fprintf(stderr,
                 "sim [--seed N | --from N --seeds N] [--trace] [--shrink] [--hashes] [--marks] "
                 "[--keep-going] [--jobs N] [--mutation NAME]\n");
    return 2;
  }
  if (options.mutations) {
    for (const std::string_view name : stackd::mutations()) std::printf("%s\n", std::string(name).c_str());
    return 0;
  }
  if (!options.mutation.empty() && !stackd::mutate(options.mutation)) {
    std::fprintf(stderr, "sim: there is no mutation %s in this build\n", options.mutation.c_str());
    return 2;
  }
  return run_all(options);
}
