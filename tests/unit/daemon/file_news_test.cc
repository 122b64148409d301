#include "daemon/supervisor/file_news.h"

#include <doctest/doctest.h>

#include "daemon/supervisor/stack_file.h"
#include "support/memory_files.h"

using namespace stackd;
using namespace stackd::daemon;
using namespace std::chrono_literals;

namespace {

constexpr WallTime now = WallTime(1000h);

/// Each file as it was written last; counts what is read.
class CountedFiles final : public test::MemoryFiles {
 public:
  [[nodiscard]] Result<std::string> read(const std::string& path) const override {
    ++reads;
    return MemoryFiles::read(path);
  }
  mutable int reads = 0;
};

FileFinding look(const CountedFiles& files, const Release& release, const FileFinding& before) {
  const compose::StampOf stamp = [&files](const std::string& path) {
    const Result<std::string> text = files.MemoryFiles::read(path);
    return compose::FileStamp{text ? "file " + *text : "absent", now - 1h};
  };
  return look_at_files({files, stamp}, release, before, now);
}

const std::string path = "/srv/shop/compose.yaml";
const std::string image_one = "name: shop\nservices: {web: {image: 'app:1'}}\n";
const std::string image_two = "name: shop\nservices: {web: {image: 'app:2'}}\n";

Release release_of(const compose::Files& files) {
  const Result<DeployRequest> request = read_stack_file(files, path, {});
  REQUIRE_MESSAGE(request, (request ? std::string() : request.error().message));
  Release release;
  release.stack = "shop";
  release.number = 3;
  release.canonical = request->canonical;
  release.source = request->source;
  return release;
}

}  // namespace

TEST_CASE("a second look at files that did not change reads none of them") {
  CountedFiles files;
  files.write(path, image_one);
  const Release release = release_of(files);
  const FileFinding first = look(files, release, {});
  CHECK(first.differs == false);
  files.reads = 0;
  const FileFinding second = look(files, release, first);
  CHECK(second.differs == false);
  CHECK(files.reads == 0);

  files.write(path, image_two);
  const FileFinding third = look(files, release, second);
  CHECK(third.differs == true);
  files.reads = 0;
  CHECK(look(files, release, third).differs == true);
  CHECK(files.reads == 0);
}

TEST_CASE("another file beside it, of a name that Compose takes in by itself, is looked at anew") {
  CountedFiles files;
  files.write(path, image_one);
  const Release release = release_of(files);
  const FileFinding first = look(files, release, {});
  files.write("/srv/shop/.env", "COMPOSE_PROFILES=all\n");
  files.reads = 0;
  (void)look(files, release, first);
  CHECK(files.reads > 0);
}

TEST_CASE("files that can't be read are not known to be the same") {
  CountedFiles files;
  files.write(path, image_one);
  const Release release = release_of(files);
  const CountedFiles none;
  CHECK_FALSE(look(none, release, {}).differs.has_value());
}

TEST_CASE("what is known of one release says nothing of the next") {
  CountedFiles files;
  files.write(path, image_one);
  Release release = release_of(files);
  const FileFinding first = look(files, release, {});
  files.write(path, image_two);
  release = release_of(files);
  release.number = 4;
  CHECK(look(files, release, first).differs == false);
}
