#include "daemon/deploy/images.h"

#include "base/text.h"

namespace stackd::daemon {
namespace {

Error needs_build(const Stack& stack, const Service& service) {
  std::string files;
  for (const std::string& file : stack.source.config_files) files += " -f " + file;
  return Error{ErrorKind::invalid, "image " + service.image + " of service " + service.name +
                                       " is missing and has to be built; build it with: docker compose" +
                                       files + " -p " + stack.name + " build " + service.name};
}

std::string digest_of(const ObservedImage& image, const std::string& reference) {
  const std::string repository = reference.substr(0, reference.find_first_of("@"));
  for (const std::string& digest : image.digests) {
    const std::string name = digest.substr(0, digest.find('@'));
    if (repository == name || starts_with(repository, name + ":")) return digest;
  }
  return image.digests.empty() ? std::string() : image.digests.front();
}

bool must_pull(const Service& service, bool there) {
  if (service.builds) return false;
  if (service.pull_policy == "always") return true;
  return !there && service.pull_policy != "never";
}

runtime::Task<Result<ImageRecord>> resolve(Edges edges, std::shared_ptr<const Stack> stack, std::string name,
                                           OnImageProgress on_progress) {
  const Service& service = stack->services.at(name);
  Result<ObservedImage> image = co_await edges.engine.inspect_image(service.image);
  if (!image && image.error().kind != ErrorKind::not_found) co_return image.error();
  if (must_pull(service, image.ok())) {
    auto report = [on_progress, name](const std::string& text) { on_progress(name, text); };
    Result<void> pulled = co_await edges.engine.pull_image(service.image, service.platform, report);
    if (!pulled && !image) {
      Error failed{ErrorKind::invalid, "image " + service.image + " of service " + name +
                                           " can't be pulled: " + pulled.error().message};
      co_return failed;
    }
    if (!pulled) co_return pulled.error().while_doing("pull image " + service.image + " of service " + name);
    image = co_await edges.engine.inspect_image(service.image);
  }
  if (!image && service.builds) co_return needs_build(*stack, service);
  if (!image) {
    Error missing{ErrorKind::invalid, "image " + service.image + " of service " + name +
                                          " is missing, and its pull_policy is " + service.pull_policy};
    co_return missing;
  }
  ImageRecord record;
  record.reference = service.image;
  record.id = image->id;
  record.digest = digest_of(*image, service.image);
  co_return record;
}

struct NameAndTag {
  std::string name;
  std::string tag;
};

// Absent for what is named by its digest.
std::optional<NameAndTag> name_and_tag(const std::string& reference) {
  if (reference.find('@') != std::string::npos) return std::nullopt;
  const std::size_t colon = reference.rfind(':');
  const std::size_t slash = reference.rfind('/');
  const bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
  if (!tagged) return NameAndTag{reference, "latest"};
  return NameAndTag{reference.substr(0, colon), reference.substr(colon + 1)};
}

}  // namespace

runtime::Task<void> name_again(Edges edges, std::shared_ptr<const Stack> stack,
                               std::map<std::string, ImageRecord> current, OnImageProgress on_progress) {
  for (const auto& [name, service] : stack->services) {
    const auto known = current.find(name);
    const std::optional<NameAndTag> wanted = name_and_tag(service.image);
    if (known == current.end() || known->second.reference != service.image || known->second.id.empty() ||
        !wanted || service.pull_policy == "always")
      continue;
    const std::string id = known->second.id;
    Result<ObservedImage> named = co_await edges.engine.inspect_image(service.image);
    if (named || named.error().kind != ErrorKind::not_found) continue;
    Result<ObservedImage> there = co_await edges.engine.inspect_image(id);
    if (!there) continue;
    Result<void> tagged = co_await edges.engine.tag_image(id, wanted->name, wanted->tag);
    if (tagged) on_progress(name, service.image + " had lost its tag, and is named again");
  }
}

runtime::Task<Result<Images>> resolve_images(Edges edges, std::shared_ptr<const Stack> stack, Images known,
                                             OnImageProgress on_progress) {
  Images records = std::move(known);
  for (const auto& [name, service] : stack->services) {
    if (service.scale == 0 || records.count(name) > 0) continue;
    Result<ImageRecord> record = co_await resolve(edges, stack, name, on_progress);
    if (!record) co_return record.error();
    records[name] = *record;
  }
  co_return records;
}

runtime::Task<Result<Images>> look_up_images(Edges edges, std::shared_ptr<const Stack> stack, Images known) {
  Images records = std::move(known);
  for (const auto& [name, service] : stack->services) {
    if (records.count(name) > 0) continue;
    ImageRecord record;
    record.reference = service.image;
    Result<ObservedImage> image = co_await edges.engine.inspect_image(service.image);
    if (!image && image.error().kind != ErrorKind::not_found) co_return image.error();
    if (image) record.id = image->id;
    if (image) record.digest = digest_of(*image, service.image);
    records[name] = record;
  }
  co_return records;
}

}  // namespace stackd::daemon
