// The engine as the daemon meets it: every call is a request that travels, has its effect on the host, and
// an answer that travels back. Between these things may go wrong, as `fates` says for each call. The
// connection is the daemon's; what it has sent has its effect though the daemon dies meanwhile.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "engine/engine.h"
#include "support/sim_clock.h"
#include "support/sim_host.h"

namespace stackd::sim {

/// One call as it is sent.
struct Call {
  std::string text;     // "start 3f2a9c01d2e4"
  bool order = false;   // changes something; else a question
  std::string holds{};  // container about which nothing is answered until this has had its effect
};

enum class Trouble {
  none,
  lost_before_effect,  // the request never arrived, which the caller can't know
  lost_after_effect,
  refused,  // the engine answers 500
};

struct Fate {
  Duration until_effect = std::chrono::milliseconds(1);
  Duration until_answer = std::chrono::milliseconds(1);
  Trouble trouble = Trouble::none;
};

struct EventFate {
  Duration delay = std::chrono::microseconds(500);
  bool lost = false;
  bool doubled = false;
};

class SimEngine final : public engine::Engine {
 public:
  SimEngine(SimClock& clock, SimHost& host);

  std::function<Fate(const Call&)> fates;  // absent: all goes well
  std::function<EventFate(const EngineEvent&)> event_fates;
  std::function<void(const Call&)> on_call;  // as it is sent
  std::function<void(const Call&, const std::string& outcome)> on_answer;
  Duration pull_takes = std::chrono::seconds(2);
  /// Breaks the event streams that are open; the engine lives on.
  void cut_events();

  engine::Awaitable<Result<engine::EngineInfo>> info() override;
  engine::Awaitable<Result<engine::EngineHoldings>> holdings() override;
  engine::Awaitable<Result<std::unique_ptr<engine::EventStream>>> open_events(
      std::optional<WallTime> since) override;
  engine::Awaitable<Result<std::vector<engine::ContainerSummary>>> list_containers(
      std::string project) override;
  engine::Awaitable<Result<ObservedContainer>> inspect_container(std::string id) override;
  engine::Awaitable<Result<std::string>> create_container(engine::ContainerSpec spec) override;
  engine::Awaitable<Result<void>> start_container(std::string id) override;
  engine::Awaitable<Result<void>> stop_container(std::string id, std::optional<Duration> grace) override;
  engine::Awaitable<Result<void>> kill_container(std::string id, std::string signal) override;
  engine::Awaitable<Result<void>> remove_container(std::string id, bool force,
                                                   bool anonymous_volumes) override;
  engine::Awaitable<Result<void>> rename_container(std::string id, std::string name) override;
  engine::Awaitable<Result<void>> set_restart_policy(std::string id, std::string policy) override;
  engine::Awaitable<Result<void>> put_file(std::string id, engine::ContainerFile file) override;
  engine::Awaitable<Result<std::unique_ptr<engine::LogStream>>> open_logs(
      std::string id, engine::LogOptions options) override;
  engine::Awaitable<Result<std::string>> create_exec(engine::ExecSpec spec) override;
  engine::Awaitable<Result<std::string>> run_exec(std::string exec_id) override;
  engine::Awaitable<Result<engine::ExecState>> inspect_exec(std::string exec_id) override;
  engine::Awaitable<Result<std::vector<ObservedNetwork>>> list_networks(std::string project) override;
  engine::Awaitable<Result<ObservedNetwork>> inspect_network(std::string name) override;
  engine::Awaitable<Result<std::string>> create_network(std::shared_ptr<const Stack> stack,
                                                        std::string key) override;
  engine::Awaitable<Result<void>> remove_network(std::string id) override;
  engine::Awaitable<Result<void>> connect_network(std::shared_ptr<const Stack> stack, std::string key,
                                                  std::string container_id, std::string service,
                                                  std::string container_name) override;
  engine::Awaitable<Result<void>> disconnect_network(std::string name, std::string container_id,
                                                     bool force) override;
  engine::Awaitable<Result<std::vector<ObservedVolume>>> list_volumes(std::string project) override;
  engine::Awaitable<Result<ObservedVolume>> inspect_volume(std::string name) override;
  engine::Awaitable<Result<void>> create_volume(std::shared_ptr<const Stack> stack, std::string key) override;
  engine::Awaitable<Result<void>> remove_volume(std::string name) override;
  engine::Awaitable<Result<ObservedImage>> inspect_image(std::string reference) override;
  engine::Awaitable<Result<void>> pull_image(std::string reference, std::string platform,
                                             std::function<void(std::string)> on_progress) override;
  engine::Awaitable<Result<void>> tag_image(std::string id, std::string repository, std::string tag) override;
  engine::Awaitable<Result<void>> remove_image(std::string reference) override;

 private:
  template <typename T>
  struct Exchange;
  class Events;
  class Logs;
  /// Has the effect and gives its outcome to the function, at once or later.
  template <typename T>
  using Effect = std::function<void(const Order&, std::function<void(Result<T>)>)>;

  template <typename T>
  engine::Awaitable<Result<T>> send(Call call, Duration limit, Effect<T> effect);
  template <typename T>
  void settle(const std::shared_ptr<Exchange<T>>& exchange, Result<T> outcome);
  template <typename T, typename Question>
  engine::Awaitable<Result<T>> ask(std::string text, Question question);
  template <typename T, typename Change>
  engine::Awaitable<Result<T>> order(Call call, Change change);
  template <typename T, typename Change>
  engine::Awaitable<Result<T>> order(std::string text, Change change);
  engine::Awaitable<Result<std::string>> create(engine::ContainerSpec spec);
  engine::Awaitable<Result<void>> connect(const std::string& network, const std::string& id,
                                          const std::vector<std::string>& aliases);

  void release(const std::string& id);

  SimClock& clock_;
  SimHost& host_;
  std::map<std::string, int> held_;
  std::multimap<std::string, std::function<void()>> questions_;  // about what is held
  std::vector<std::weak_ptr<std::function<void()>>> open_events_;
};

}  // namespace stackd::sim
