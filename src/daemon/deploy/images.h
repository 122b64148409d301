// From the image names of a stack file to image ids: looks, pulls what its pull policy asks for, and says
// what to do about an image that has to be built.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "daemon/host/edges.h"
#include "model/release.h"

namespace stackd::daemon {

using OnImageProgress = std::function<void(const std::string& service, const std::string& text)>;

using Images = std::map<std::string, ImageRecord>;  // by service

/// One record a service; those of `known` are taken as they are. Errors: invalid (an image is missing and
/// can't be had; the text names the service and what to do), those of the engine.
runtime::Task<Result<Images>> resolve_images(Edges edges, std::shared_ptr<const Stack> stack, Images known,
                                             OnImageProgress on_progress);

/// Tags that are gone although the image is still there under a tag of ours are given again, so that nothing
/// is pulled or has to be built that `current` knows, the images of the current release. Pruning takes them:
/// of several tags of an image that is in use it leaves one. What can't be named again is left to
/// resolve_images.
runtime::Task<void> name_again(Edges edges, std::shared_ptr<const Stack> stack,
                               std::map<std::string, ImageRecord> current, OnImageProgress on_progress);

/// The same without pulling anything: ids where images are there, "" where not.
runtime::Task<Result<Images>> look_up_images(Edges edges, std::shared_ptr<const Stack> stack, Images known);

}  // namespace stackd::daemon
