// A store whose disk may be full: what is read is read, what is written is refused.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "store/store.h"

namespace stackd::testing {

class FullDiskLedgers : public store::LedgerTables {
 public:
  FullDiskLedgers(store::LedgerTables& disk, std::function<bool()> is_full)
      : disk_(disk), is_full_(std::move(is_full)) {}

  Result<std::string> boot_id(const std::string& stack) override { return disk_.boot_id(stack); }
  Result<void> put_boot_id(const std::string& stack, const std::string& boot_id) override {
    return is_full_() ? full() : disk_.put_boot_id(stack, boot_id);
  }
  Result<std::vector<OwnStop>> own_stops(const std::string& stack) override { return disk_.own_stops(stack); }
  Result<void> put_own_stops(const std::string& stack, const std::vector<OwnStop>& stops) override {
    return is_full_() ? full() : disk_.put_own_stops(stack, stops);
  }
  Result<std::vector<OpenRestart>> restarts(const std::string& stack) override {
    return disk_.restarts(stack);
  }
  Result<void> put_restarts(const std::string& stack, const std::vector<OpenRestart>& open) override {
    return is_full_() ? full() : disk_.put_restarts(stack, open);
  }
  Result<std::map<std::string, ServiceStop>> gate_stops(const std::string& stack) override {
    return disk_.gate_stops(stack);
  }
  Result<void> put_gate_stops(const std::string& stack,
                              const std::map<std::string, ServiceStop>& stops) override {
    return is_full_() ? full() : disk_.put_gate_stops(stack, stops);
  }
  Result<std::map<std::string, WallTime>> wanted(const std::string& stack) override {
    return disk_.wanted(stack);
  }
  Result<void> put_wanted(const std::string& stack, const std::map<std::string, WallTime>& wanted) override {
    return is_full_() ? full() : disk_.put_wanted(stack, wanted);
  }
  Result<AnonymousVolumes> anonymous_volumes(const std::string& stack) override {
    return disk_.anonymous_volumes(stack);
  }
  Result<void> put_anonymous_volumes(const std::string& stack, const AnonymousVolumes& volumes) override {
    return is_full_() ? full() : disk_.put_anonymous_volumes(stack, volumes);
  }
  Result<std::map<std::string, VolumeContents>> volumes(const std::string& stack) override {
    return disk_.volumes(stack);
  }
  Result<void> put_volumes(const std::string& stack,
                           const std::map<std::string, VolumeContents>& volumes) override {
    return is_full_() ? full() : disk_.put_volumes(stack, volumes);
  }
  Result<std::set<std::string>> ill_services(const std::string& stack) override {
    return disk_.ill_services(stack);
  }
  Result<void> put_ill_services(const std::string& stack, const std::set<std::string>& services) override {
    return is_full_() ? full() : disk_.put_ill_services(stack, services);
  }
  Result<MadeWithRecord> made_with(const std::string& stack) override { return disk_.made_with(stack); }
  Result<void> put_creation(const std::string& stack, const std::string& name,
                            const MadeWith& made) override {
    return is_full_() ? full() : disk_.put_creation(stack, name, made);
  }
  Result<void> put_made_with(const std::string& stack, const std::string& container_id, const MadeWith& made,
                             const std::string& name) override {
    return is_full_() ? full() : disk_.put_made_with(stack, container_id, made, name);
  }
  Result<void> forget_made_with(const std::string& stack, const std::string& id_or_name) override {
    return is_full_() ? full() : disk_.forget_made_with(stack, id_or_name);
  }
  Result<std::map<std::string, std::string>> host_files(const std::string& stack) override {
    return disk_.host_files(stack);
  }
  Result<void> put_host_files(const std::string& stack,
                              const std::map<std::string, std::string>& files) override {
    return is_full_() ? full() : disk_.put_host_files(stack, files);
  }

 private:
  static Result<void> full() { return Error{ErrorKind::unavailable, "database or disk is full"}; }

  store::LedgerTables& disk_;
  std::function<bool()> is_full_;
};

class FullDiskStore : public store::Store {
 public:
  FullDiskStore(std::unique_ptr<store::Store> disk, std::function<bool()> is_full)
      : disk_(std::move(disk)), is_full_(std::move(is_full)), ledgers_(disk_->ledgers(), is_full_) {}

  Result<std::vector<StackRecord>> stacks() override { return disk_->stacks(); }
  Result<std::optional<StackRecord>> stack(const std::string& name) override { return disk_->stack(name); }
  Result<void> put_stack(const StackRecord& record) override {
    return write([&] { return disk_->put_stack(record); });
  }
  Result<void> forget_stack(const std::string& name) override {
    return write([&] { return disk_->forget_stack(name); });
  }

  Result<std::int64_t> add_release(Release release, const std::string& deploy_id) override {
    return write([&] { return disk_->add_release(std::move(release), deploy_id); });
  }
  Result<std::optional<Release>> release(const std::string& stack, std::int64_t number) override {
    return disk_->release(stack, number);
  }
  Result<std::vector<Release>> releases(const std::string& stack, bool brief) override {
    return disk_->releases(stack, brief);
  }
  Result<void> delete_release(const std::string& stack, std::int64_t number) override {
    return write([&] { return disk_->delete_release(stack, number); });
  }
  Result<void> put_current(const StackRecord& record, std::optional<WallTime> live_at) override {
    return write([&] { return disk_->put_current(record, live_at); });
  }

  Result<void> put_job_run(const JobRun& run) override {
    return write([&] { return disk_->put_job_run(run); });
  }
  Result<std::vector<JobRun>> job_runs(const std::string& stack, std::int64_t release) override {
    return disk_->job_runs(stack, release);
  }

  Result<void> put_deploy(const Deploy& deploy) override {
    return write([&] { return disk_->put_deploy(deploy); });
  }
  Result<std::optional<Deploy>> deploy(const std::string& id) override { return disk_->deploy(id); }
  Result<std::vector<Deploy>> deploys(const std::string& stack, std::int64_t count_max) override {
    return disk_->deploys(stack, count_max);
  }
  Result<std::vector<Deploy>> unfinished_deploys() override { return disk_->unfinished_deploys(); }

  Result<std::int64_t> add_step(const std::string& deploy_id, const std::string& text, WallTime at) override {
    return write([&] { return disk_->add_step(deploy_id, text, at); });
  }
  Result<void> end_step(std::int64_t step_id, const std::string& outcome, WallTime at) override {
    return write([&] { return disk_->end_step(step_id, outcome, at); });
  }
  Result<std::vector<StepRecord>> steps(const std::string& deploy_id) override {
    return disk_->steps(deploy_id);
  }

  Result<void> add_journal(JournalEntry entry) override {
    return write([&] { return disk_->add_journal(std::move(entry)); });
  }
  Result<std::vector<JournalEntry>> journal(const std::string& stack, std::int64_t after,
                                            std::int64_t count_max) override {
    return disk_->journal(stack, after, count_max);
  }
  Result<std::vector<JournalEntry>> journal_tail(const std::string& stack, std::int64_t count_max) override {
    return disk_->journal_tail(stack, count_max);
  }
  Result<void> trim_journal(WallTime before) override {
    return write([&] { return disk_->trim_journal(before); });
  }

  store::LedgerTables& ledgers() override { return ledgers_; }

 private:
  template <class Write>
  auto write(Write order) -> decltype(order()) {
    if (is_full_()) return Error{ErrorKind::unavailable, "database or disk is full"};
    return order();
  }

  std::unique_ptr<store::Store> disk_;
  std::function<bool()> is_full_;
  FullDiskLedgers ledgers_;
};

}  // namespace stackd::testing
