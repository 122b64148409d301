// The ledgers in SQLite: rows of one stack, replaced as a whole.
#pragma once

#include "store/ledger_tables.h"
#include "store/sqlite.h"

namespace stackd::store {

class SqliteLedgers final : public LedgerTables {
 public:
  /// `database` has the present schema and outlives this.
  explicit SqliteLedgers(Database& database) : database_(database) {}

  Result<std::string> boot_id(const std::string& stack) override;
  Result<void> put_boot_id(const std::string& stack, const std::string& boot_id) override;
  Result<std::vector<OwnStop>> own_stops(const std::string& stack) override;
  Result<void> put_own_stops(const std::string& stack, const std::vector<OwnStop>& stops) override;
  Result<std::vector<OpenRestart>> restarts(const std::string& stack) override;
  Result<void> put_restarts(const std::string& stack, const std::vector<OpenRestart>& open) override;
  Result<std::map<std::string, ServiceStop>> gate_stops(const std::string& stack) override;
  Result<void> put_gate_stops(const std::string& stack,
                              const std::map<std::string, ServiceStop>& stops) override;
  Result<std::map<std::string, WallTime>> wanted(const std::string& stack) override;
  Result<void> put_wanted(const std::string& stack, const std::map<std::string, WallTime>& wanted) override;
  Result<AnonymousVolumes> anonymous_volumes(const std::string& stack) override;
  Result<void> put_anonymous_volumes(const std::string& stack, const AnonymousVolumes& volumes) override;
  Result<std::map<std::string, VolumeContents>> volumes(const std::string& stack) override;
  Result<void> put_volumes(const std::string& stack,
                           const std::map<std::string, VolumeContents>& volumes) override;
  Result<std::set<std::string>> ill_services(const std::string& stack) override;
  Result<void> put_ill_services(const std::string& stack, const std::set<std::string>& services) override;
  Result<MadeWithRecord> made_with(const std::string& stack) override;
  Result<void> put_creation(const std::string& stack, const std::string& name, const MadeWith& made) override;
  Result<void> put_made_with(const std::string& stack, const std::string& container_id, const MadeWith& made,
                             const std::string& name) override;
  Result<void> forget_made_with(const std::string& stack, const std::string& id_or_name) override;
  Result<std::map<std::string, std::string>> host_files(const std::string& stack) override;
  Result<void> put_host_files(const std::string& stack,
                              const std::map<std::string, std::string>& files) override;

 private:
  Database& database_;
};

}  // namespace stackd::store
