// A deploy from its first look at the configuration until it has a release. Nothing that runs is touched.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "daemon/deploy/course.h"
#include "decide/deploy/preflight.h"

namespace stackd::daemon {

class Preparation {
 public:
  /// `is_forced`: a rollback that passes over what can't be undone.
  Preparation(Course& course, bool is_forced) : course_(course), is_forced_(is_forced) {}

  /// Its configuration is completed and bound, and what is in its way looked for. A rollback reads no file
  /// and follows no tag.
  runtime::Task<Outcome> resolve();
  /// Its images are there, and it has a release if anything differs.
  runtime::Task<Outcome> fetch();
  /// What belongs to a release beside its row in the store. A stackd that was killed in between does it
  /// again, from the beginning: nothing of it is relied upon before the release is current.
  runtime::Task<Result<void>> complete_record();

 private:
  Result<void> complete_request();
  [[nodiscard]] Result<void> check_set() const;
  runtime::Task<Result<decide::Preflight>> look_around();
  runtime::Task<Result<decide::Preflight>> look_once();
  runtime::Task<Result<std::map<std::string, ImageRecord>>> find_images();
  runtime::Task<Result<std::map<std::string, ImageRecord>>> bring_images_back();
  runtime::Task<Result<void>> look_for_emptied_volumes();
  [[nodiscard]] Result<std::set<std::string>> jobs_that_are_done() const;
  [[nodiscard]] bool differs(const std::map<std::string, ImageRecord>& images) const;
  Outcome leave_unchanged();
  void note_plan(const std::map<std::string, ImageRecord>& images);
  Outcome record_release(const std::map<std::string, ImageRecord>& images);
  [[nodiscard]] bool is_rollback() const { return course_.deploy.copied_from != 0; }

  Course& course_;
  bool is_forced_;
  std::shared_ptr<const Stack> stack_;
  std::map<std::string, ImageRecord> rest_;  // of services that it leaves as they are
  bool looked_at_volumes_ = false;
  std::set<std::string> emptied_;  // volumes whose loss makes a release necessary
  std::string obstacles_;          // "": there are none
  bool looked_different_ = false;  // from the current release, by the images that were there already
};

}  // namespace stackd::daemon
