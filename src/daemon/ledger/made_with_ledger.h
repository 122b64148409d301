// What the containers of one stack were made with (model/made_with.h), kept on disk. It is written down
// before the engine is asked, since the answer may be lost, or this stackd; by name until an id is known.
//
//   ordered   by name      creation_ordered()  → created() | creation_failed() | find_created()
//   made      by id        created(), found(), reload_ended(); forgotten when a container that was seen is
//                          gone, or when it may have read others: lose()
//   in doubt  by id        reload_ordered()    → reload_ended(); a stackd that is killed leaves it so
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "daemon/ledger/ledger_place.h"
#include "decide/picture/memory.h"
#include "model/observed.h"

namespace stackd::daemon {

class MadeWithLedger {
 public:
  explicit MadeWithLedger(LedgerPlace place) : place_(std::move(place)) {}

  // `memory` has what decisions see of it, by container id; nobody else writes there.

  /// Errors: those of the store.
  Result<void> load(decide::Memory& memory);

  /// A container of this name is about to be made. `copies_of` is the release whose copies it gets if it gets
  /// copies.
  void creation_ordered(const std::string& name, const MadeWith& made, std::int64_t copies_of);
  void created(decide::Memory& memory, const std::string& name, const std::string& container_id, bool kept);
  void creation_failed(const std::string& name);
  /// Creations whose answers did not come, by the names of what is there. Not those of `busy`: they may yet.
  void find_created(decide::Memory& memory, const Observed& observed, const std::set<std::string>& busy);

  /// It was looked into, or begins a run that reads everything anew.
  void found(decide::Memory& memory, const std::string& container_id, const MadeWith& made);

  /// It has begun a run that may have read other files than it was made with.
  void lose(decide::Memory& memory, const std::string& container_id);

  void reload_ordered(decide::Memory& memory, const std::string& container_id, const MadeWith& asked);
  enum class Read { all, nothing, perhaps };
  /// What was asked for of that reload; none when it is not known of.
  std::optional<MadeWith> reload_ended(decide::Memory& memory, const std::string& container_id, Read read);

  /// Containers that were seen and are gone. One that was made a moment ago is not in the picture yet.
  void forget_gone(decide::Memory& memory, const Observed& observed);

  /// The releases whose copies are mounted by what is there.
  [[nodiscard]] std::set<std::int64_t> releases_mounted(const decide::Memory& memory,
                                                        const Observed& observed) const;

 private:
  struct Ordered {
    MadeWith made;
    std::int64_t copies_of = 0;
  };
  struct UnderWay {
    MadeWith before;
    MadeWith asked;
  };

  void note(decide::Memory& memory, const std::string& container_id, const MadeWith& made,
            const std::string& name);
  void forget(const std::string& id_or_name);

  LedgerPlace place_;
  std::map<std::string, Ordered> ordered_;   // by name
  std::map<std::string, UnderWay> reloads_;  // by id
  std::set<std::string> seen_;               // ids that were in the picture
};

}  // namespace stackd::daemon
