// What a container leaves to the one that takes its place: volumes without a name of their own, which would
// be lost with it. As Compose does when it recreates a container.
#pragma once

#include <vector>

#include "decide/picture/state.h"

namespace stackd::decide {

/// The mounts of `container` that the service declares no source for. Which of them its successor gets is
/// known when its image is: those at a VOLUME of the image, or at an anonymous volume of the service.
std::vector<ObservedMount> anonymous_volumes_of(const Service& service, const ObservedContainer& container);

/// Of what was left, what this service with this image takes.
std::vector<ObservedMount> taken_over(const Service& service, const ObservedImage& image,
                                      const std::vector<ObservedMount>& left);

/// What whoever comes to this place finds: of the container that stood there last, if it was removed to be
/// replaced, or of the one that still stands there.
std::vector<ObservedMount> anonymous_volumes_for(const State& state, const Service& service,
                                                 std::int64_t number);

/// Whether the removal of this container leaves its place to a successor. Not when everything is to go, nor
/// when it is one too many.
bool leaves_a_place(const State& state, const ObservedContainer& container);

}  // namespace stackd::decide
