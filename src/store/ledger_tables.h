// What outlives the process beside the records: small tables, one a kind, of one stack each. They go with the
// stack. A put replaces all that is kept of its kind for the stack, in one transaction. Errors: not_found for
// a stack that is not in the store (of a put), those of the store else.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/made_with.h"
#include "model/release.h"
#include "model/remembered.h"

namespace stackd::store {

class LedgerTables {
 public:
  virtual ~LedgerTables() = default;

  /// The engine's boot id that the rest of what is remembered speaks of; "" when none is known.
  virtual Result<std::string> boot_id(const std::string& stack) = 0;
  virtual Result<void> put_boot_id(const std::string& stack, const std::string& boot_id) = 0;

  virtual Result<std::vector<OwnStop>> own_stops(const std::string& stack) = 0;
  virtual Result<void> put_own_stops(const std::string& stack, const std::vector<OwnStop>& stops) = 0;

  virtual Result<std::vector<OpenRestart>> restarts(const std::string& stack) = 0;
  virtual Result<void> put_restarts(const std::string& stack, const std::vector<OpenRestart>& open) = 0;

  /// Stops that a gate set aside, by service.
  virtual Result<std::map<std::string, ServiceStop>> gate_stops(const std::string& stack) = 0;
  virtual Result<void> put_gate_stops(const std::string& stack,
                                      const std::map<std::string, ServiceStop>& stops) = 0;

  /// When each service was last asked for.
  virtual Result<std::map<std::string, WallTime>> wanted(const std::string& stack) = 0;
  virtual Result<void> put_wanted(const std::string& stack,
                                  const std::map<std::string, WallTime>& wanted) = 0;

  virtual Result<AnonymousVolumes> anonymous_volumes(const std::string& stack) = 0;
  virtual Result<void> put_anonymous_volumes(const std::string& stack, const AnonymousVolumes& volumes) = 0;

  /// The stack's volumes that were seen, by their names on the engine.
  virtual Result<std::map<std::string, VolumeContents>> volumes(const std::string& stack) = 0;
  virtual Result<void> put_volumes(const std::string& stack,
                                   const std::map<std::string, VolumeContents>& volumes) = 0;

  /// Services that were no good before the rollout under way touched anything.
  virtual Result<std::set<std::string>> ill_services(const std::string& stack) = 0;
  virtual Result<void> put_ill_services(const std::string& stack, const std::set<std::string>& services) = 0;

  /// What containers were made with. Not as a whole: a container that is made concerns one row.
  virtual Result<MadeWithRecord> made_with(const std::string& stack) = 0;
  /// Before the engine is told to make a container of this name.
  virtual Result<void> put_creation(const std::string& stack, const std::string& name,
                                    const MadeWith& made) = 0;
  /// Replaces what was known of the container, and the creation of `name`, which has come to be it ("":
  /// none).
  virtual Result<void> put_made_with(const std::string& stack, const std::string& container_id,
                                     const MadeWith& made, const std::string& name) = 0;
  virtual Result<void> forget_made_with(const std::string& stack, const std::string& id_or_name) = 0;

  /// Fingerprints of what the host had when it was last read, by service.
  virtual Result<std::map<std::string, std::string>> host_files(const std::string& stack) = 0;
  virtual Result<void> put_host_files(const std::string& stack,
                                      const std::map<std::string, std::string>& files) = 0;
};

}  // namespace stackd::store
