// Which Compose made the project: what stackd makes anew carries that version's labels and hashes, so that it
// recreates nothing when it is called again.
#pragma once

#include <string>

#include "model/observed.h"

namespace stackd::decide {

/// The version label to write: that of a Compose 5 when anything of the project was made by one (the
/// containers may be gone, its volumes still tell), else "", our own.
std::string compose_version_of(const Observed& observed);

}  // namespace stackd::decide
