#include "daemon/deploy/blame.h"

#include <doctest/doctest.h>

using namespace stackd;

namespace {

Deploy failed(const std::string& cause, DeployState state = DeployState::failed) {
  Deploy deploy;
  deploy.id = "d1";
  deploy.release = 3;
  deploy.state = state;
  deploy.cause = cause;
  return deploy;
}

}  // namespace

TEST_CASE("a deploy is blamed on the service that its cause begins with, or one of its containers") {
  CHECK(daemon::blame(failed("migrate failed with exit code 1"), "migrate") ==
        "The last deploy, of release 3, failed because of it: migrate failed with exit code 1.");
  CHECK_FALSE(daemon::blame(failed("web-2 ended with 1"), "web").empty());
  CHECK_FALSE(daemon::blame(failed("web-2: no such image"), "web").empty());
  CHECK_FALSE(daemon::blame(failed("start web: no such program"), "web").empty());
  CHECK_FALSE(daemon::blame(failed("create 4f0c_shop-web-1: no such file"), "web").empty());
  CHECK_FALSE(daemon::blame(failed("image web:2 of service web can't be pulled: no"), "web").empty());
  CHECK(daemon::blame(failed("create shop-web-1: no such file"), "we").empty());
  CHECK(daemon::blame(failed("create network web: no"), "web").empty());
  CHECK(daemon::blame(failed("web-2 ended with 1"), "we").empty());
  CHECK(daemon::blame(failed("web-admin-1 ended with 1"), "web").empty());
  CHECK(daemon::blame(failed("not live after 10m"), "web").empty());
}

TEST_CASE("a pre_deploy command that failed is blamed on its service, and by its own name") {
  const Deploy deploy = failed("web-pre_deploy failed with exit code 3");
  const std::string text =
      "The last deploy, of release 3, failed because of it: web-pre_deploy failed with exit code 3.";
  CHECK(daemon::blame(deploy, "web") == text);
  CHECK(daemon::blame(deploy, "web-pre_deploy") == text);
  CHECK(daemon::blame(deploy, "we").empty());
  CHECK_FALSE(daemon::blame(failed("web-pre_deploy-1 has not ended after 5s"), "web").empty());
  CHECK(daemon::blame(failed("web-pre_deployer failed"), "web").empty());
}

TEST_CASE("blame quotes the last words, and says what became of the deploy") {
  Deploy deploy = failed("web-1 ended with 1", DeployState::reverted);
  deploy.release = 0;
  deploy.last_words = "no such table\nbye";
  CHECK(daemon::blame(deploy, "web") ==
        "The last deploy was reverted because of it: web-1 ended with 1.\nno such table\nbye");
  deploy.state = DeployState::live;
  CHECK(daemon::blame(deploy, "web").empty());
}

TEST_CASE("a chain that quotes the last words already does not quote them again") {
  std::vector<std::string> chain = {"migrate has failed.", "The last lines of its log:\nno such table"};
  daemon::add_blame(chain, "The last deploy failed.\nno such table");
  CHECK(chain.back() == "The last deploy failed.");
  chain = {"web is ready."};
  daemon::add_blame(chain, "The last deploy failed.\nno such table");
  CHECK(chain.back() == "The last deploy failed.\nno such table");
  daemon::add_blame(chain, "");
  CHECK(chain.size() == 2);
}

TEST_CASE("the last attempt is the newest that came to something") {
  std::vector<Deploy> newest_first = {failed("", DeployState::queued), failed("", DeployState::superseded),
                                      failed("web-1 ended with 1", DeployState::reverted)};
  REQUIRE(daemon::last_attempt(newest_first) != nullptr);
  CHECK(daemon::last_attempt(newest_first)->state == DeployState::reverted);
  newest_first.pop_back();
  CHECK(daemon::last_attempt(newest_first) == nullptr);
}

TEST_CASE("a deploy that is paused is told before those that wait for it, and before the last that ended") {
  CHECK(daemon::attempt_to_tell({}) == nullptr);
  std::vector<Deploy> newest_first = {failed("", DeployState::queued), failed("", DeployState::superseded),
                                      failed("web-1 ended with 1", DeployState::paused),
                                      failed("", DeployState::live)};
  CHECK(daemon::attempt_to_tell(newest_first)->state == DeployState::paused);
  newest_first[2].state = DeployState::reverted;
  CHECK(daemon::attempt_to_tell(newest_first)->state == DeployState::queued);
  newest_first[0].state = DeployState::failed;
  CHECK(daemon::attempt_to_tell(newest_first)->state == DeployState::failed);
}
