// The promises, checked against the world itself and never against what stackd believes. The oracle keeps a
// simple model of its own: what people want (expectation.h) and how runs ended. Where it can't know what
// stackd may know (an event that was lost, a death while the engine was away), it allows both.
//
// Checked whenever something happens (safety)
//   one container at a time in each place of a service; a job never twice at once, never again after success
//   nobody is said to have made what stackd made: nobody else makes containers here
//   nothing is made while its like waits to be started
//   nothing starts before what it waits for, and a finished job stands for what it waited for
//   nothing starts that somebody stopped, or that nobody asked for on a stack that is stopped
//   nothing that works is stopped without a cause; a job only if a person orders that
//   dependents stop before what they wait for, when one order ends both
//   restart policy no is not restarted after an end of its own
//   what was let go is left alone, with the restart policies of its files
//   restarts per minute stay under their limit
// Checked when the faults are over for a while (liveness)
//   what runs is what was ordered; what was to be restarted has been
//
// What concerns all stacks alike is in oracles.h.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/expectation.h"
#include "sim/record.h"
#include "sim/scenario.h"
#include "sim/trace.h"
#include "support/sim_host.h"

namespace stackd::sim {

class Oracle {
 public:
  Oracle(const Story& story, SimClock& clock, SimHost& host, Marks& marks,
         std::optional<std::string>& broken);

  void happened(const Happening& happening);
  /// The engine was asked for something, perhaps for another stack.
  void look_around();
  void said(const std::string& text);
  void request_sent(std::uint64_t number, const Request& request);
  /// `accepted` is false when it was refused.
  void request_answered(std::uint64_t number, const Request& request, bool accepted);
  void other_hand(const Incident& incident);
  /// It was killed while nothing could be stored.
  void forgot();
  /// It was killed: what it had ordered and was not done with it may not know.
  void stackd_died();
  /// While something keeps stackd from seeing all that happens; may nest.
  void begin_blind();
  void end_blind();

  /// The faults are over and stackd had its time: is all as it should be?
  void check_settled(const Record& record);

  /// Every service that has to be up is.
  [[nodiscard]] bool all_works() const;

  void break_promise(const std::string& sentence);
  [[nodiscard]] const Story& story() const { return story_; }
  /// By any of its releases.
  [[nodiscard]] bool is_ordered(const std::string& service) const;
  [[nodiscard]] const Expectation& expectation() const { return expectation_; }
  [[nodiscard]] bool is_let_go() const { return expectation_.is_let_go(); }
  /// A deploy is on its way; absent: none ever is.
  std::function<bool()> rolls;

  void wall_went_back() { wall_went_back_ = clock_.now(); }
  /// Lost, and not of the kind that the next comparison of states finds.
  void event_missed(const std::string& container_id) { missed_.insert(container_id); }
  /// Its process ended by itself, or may seem to have, and its policy does not bring it back.
  [[nodiscard]] bool may_stay_down(const ServiceDraft& draft) const;

 private:
  /// What is known of one service.
  struct Place {
    std::deque<Time> starts;  // by stackd, within a minute
    Hand ended_by = Hand::stackd;
    bool ended_blind = false;
    Time ended_at{};
    std::int64_t ended_with = 0;
    std::set<std::string> succeeded;  // ids of the containers of a job
    std::set<std::string> released;   // and the releases that they were made for
    Time succeeded_at{};
    bool done_before = false;     // when it was taken over
    bool counts_as_done = false;  // for the release that was put back last
    Time forgotten_at{};          // its success, with the volumes
    bool success_hidden = false;  // stackd may have no way to know of it
    std::optional<Time> ready;    // when one of it worked last
    std::optional<Time> running;
    std::optional<Time> in_use;    // when one of it ran last that stackd was not about to stop
    std::optional<Time> our_stop;  // when stackd asked last to stop one
    Time disturbed{};              // its last start or end, or a hand on it
  };

  void container_started(const Happening& happening, const ServiceDraft& draft);
  void container_ended(const Happening& happening, const ServiceDraft& draft);
  void container_removed(const Happening& happening);
  void check_dependencies(const Happening& happening, const ServiceDraft& draft);
  void check_waits(const Happening& happening, const ServiceDraft& draft, bool through_job);
  [[nodiscard]] bool is_ready(const std::string& service, Time asked) const;
  [[nodiscard]] bool runs(const std::string& service, Time asked) const;
  [[nodiscard]] bool is_being_stopped(const std::string& service, Time asked) const;
  [[nodiscard]] std::set<std::string> waiting_for(const std::string& service) const;
  void check_stop_order(const Happening& happening, const ServiceDraft& draft);
  void note_stop(const Happening& happening);
  void check_let_go(const Happening& happening);
  void check_handed_back();
  void owe_restart(const Request& request);
  void check_restarted(const HostContainer& container);
  void let_go();
  void adopted();
  void forget_jobs();
  void check_one_at_a_time(const Happening& happening, const ServiceDraft& draft);
  void check_made(const HostContainer& made, const ServiceDraft& draft);
  void check_job_start(const Happening& happening);
  void check_wanted(const Happening& happening, const ServiceDraft& draft);
  [[nodiscard]] bool was_left_out(const std::string& job) const;
  void check_gate(const HostContainer& container, const ServiceDraft& draft);
  [[nodiscard]] bool restarts_with_another(const ServiceDraft& draft, Duration span);
  void check_succession(const HostContainer& container, const ServiceDraft& draft);
  void check_stop(const Happening& happening, const ServiceDraft& draft);
  void check_job_stop(const Happening& happening);
  void check_contents(const HostContainer& container, const Record& record);
  void check_settled_service(const ServiceDraft& draft, const Record& record);
  void check_gone(bool with_containers);
  /// Its release; "" when that was of a stack that was let go since.
  [[nodiscard]] std::string made_for(const HostContainer& container) const;
  [[nodiscard]] bool calm(Duration span) const;
  [[nodiscard]] Duration picture_age() const;
  [[nodiscard]] bool redefines_network() const;
  [[nodiscard]] bool asked_to_end(const std::string& service, Duration span) const;
  /// Or asked for a stop: what was ordered before may still come.
  [[nodiscard]] bool asked_to_start(const std::string& service, Duration span) const;
  [[nodiscard]] bool asked_lately(const std::string& service, Duration span) const;
  [[nodiscard]] bool waits_for_failed_job(const ServiceDraft& draft, const Record& record) const;
  [[nodiscard]] bool started_before_jump(const std::string& service) const;
  [[nodiscard]] bool has_missed(const std::string& service) const;
  [[nodiscard]] bool has_succeeded(const std::string& job) const;
  [[nodiscard]] bool gate_is_shut() const;
  [[nodiscard]] bool may_overlap(const ServiceDraft& draft) const;
  [[nodiscard]] bool is_held_back(const ServiceDraft& draft, const Record& record) const;
  [[nodiscard]] bool waits_in_vain(const ServiceDraft& draft) const;
  [[nodiscard]] bool touches_disturbed(const ServiceDraft& draft) const;
  [[nodiscard]] std::vector<const HostContainer*> containers_of(const std::string& service) const;
  [[nodiscard]] const StackDraft& stack() const { return story_.generations.front(); }

  struct Asked {
    std::uint64_t number = 0;
    Time at{};
    Time answered_at{};
    std::vector<std::string> services;
    RequestKind kind = RequestKind::deploy;
    bool answered = false;
    bool accepted = false;
    bool starts = true;
  };
  /// The last request, when it ends both services and is the only one under way; else nothing.
  [[nodiscard]] const Asked* end_of_both(const std::string& one, const std::string& other) const;

  const Story& story_;
  SimClock& clock_;
  SimHost& host_;
  Marks& marks_;
  Expectation expectation_;
  std::optional<std::string>& broken_;
  std::map<std::string, Place> places_;
  std::map<std::string, std::uint64_t> worked_in_run_;  // by container id
  std::vector<Asked> asked_;
  std::map<std::string, Time> stopped_outside_;    // by service
  std::map<std::string, std::uint64_t> stopping_;  // runs of containers that stackd has asked to end
  std::map<std::string, std::uint64_t> owed_;      // runs of containers that are to be restarted
  std::set<std::string> former_;                   // containers that were there when the stack was let go
  std::set<std::string> as_found_;                 // containers that were there when it was taken over
  std::optional<Time> let_go_at_;
  std::set<std::string> begun_by_others_;  // containers with files: nobody tells stackd what they have read
  std::set<std::string> unrecorded_;       // containers of which stackd may not know what they were made with
  std::set<std::string> missed_;           // containers with an event that stackd did not get
  int blind_ = 0;
  std::optional<Time> blind_until_;
  std::optional<Time> wall_went_back_;
};

}  // namespace stackd::sim
