// What a container that runs sees of the host's files. That may be something else than what lies at their
// paths: a file that was replaced by another (an editor, `mv`, a sync tool) is still the old one in the
// container, and so is a folder, or a link to one, that was switched.
#pragma once

#include <memory>
#include <string>

#include "compose/read/files.h"
#include "model/observed.h"

namespace stackd::daemon {

class ContainerView {
 public:
  ContainerView() = default;
  ContainerView(const ContainerView&) = delete;
  ContainerView& operator=(const ContainerView&) = delete;
  virtual ~ContainerView() = default;

  /// The files that it binds, under the paths that they have on the host; all others are absent. Null: it
  /// does not run, or can't be looked into.
  [[nodiscard]] virtual std::unique_ptr<compose::Files> files_in(
      const ObservedContainer& container) const = 0;
};

/// By /proc: for a stackd that is root, beside the engine.
class ProcView : public ContainerView {
 public:
  [[nodiscard]] std::unique_ptr<compose::Files> files_in(const ObservedContainer& container) const override;
};

}  // namespace stackd::daemon
