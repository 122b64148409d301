#include "cli/history.h"

#include <doctest/doctest.h>

#include "cli/show.h"
#include "unit/api/samples.h"

using namespace stackd;

namespace {

cli::Style plain() {
  cli::Style style;
  style.now = testing::moment("2026-01-02T04:00:00Z");
  return style;
}

Release release(std::int64_t number, const std::string& image, const std::string& image_id) {
  Release made;
  made.stack = "shop";
  made.number = number;
  made.canonical = R"({"name":"shop","services":{"web":{"image":")" + image +
                   R"(","environment":{"DB_PASSWORD":"old","MODE":"fast"}}}})";
  made.images["web"] = ImageRecord{image, image_id, ""};
  made.source.kind = "deploy";
  made.source.user = "ada";
  made.created_at = testing::moment("2026-01-02T03:0" + std::to_string(number) + ":01Z");
  return made;
}

Deploy attempt(const std::string& id, std::int64_t number, std::int64_t former, DeployState state) {
  Deploy deploy;
  deploy.id = id;
  deploy.stack = "shop";
  deploy.kind = "deploy";
  deploy.state = state;
  deploy.release = number;
  deploy.former = former;
  deploy.source.user = "ada";
  const std::string minute = "2026-01-02T03:0" + std::to_string(number);
  deploy.requested_at = testing::moment(minute + ":00Z");
  deploy.ended_at = testing::moment(minute + ":09Z");
  return deploy;
}

/// 1 was live, 2 failed in its gate, 3 is current, a copy of 1 is 4 and on its way.
cli::History sample_history() {
  cli::History history;
  history.stack = "shop";
  history.current = 3;
  history.releases = {release(4, "shop:41", "sha256:aaaa"), release(3, "shop:42", "sha256:cccc"),
                      release(2, "shop:42", "sha256:bbbb"), release(1, "shop:41", "sha256:aaaa")};
  history.releases[0].copied_from = 1;
  history.releases[1].live_at = testing::moment("2026-01-02T03:03:09Z");
  history.releases[3].live_at = testing::moment("2026-01-02T03:01:09Z");
  history.ways_back = {{1, ""}};
  Deploy rolling = attempt("d4", 4, 3, DeployState::rolling);
  rolling.ended_at.reset();
  Deploy failed = attempt("d2", 2, 1, DeployState::failed);
  failed.cause = "migrate failed with exit code 1";
  failed.last_words = "no such table";
  Deploy nothing = attempt("d5", 3, 3, DeployState::live);
  nothing.requested_at = testing::moment("2026-01-02T03:03:30Z");
  history.deploys = {rolling, nothing, attempt("d3", 3, 1, DeployState::live), failed,
                     attempt("d1", 1, 0, DeployState::live)};
  return history;
}

cli::ReleaseStory sample_story() {
  cli::ReleaseStory story;
  story.history = sample_history();
  story.release = story.history.releases[2];
  story.release.canonical =
      R"({"name":"shop","services":{"web":{"image":"shop:42","environment":)"
      R"({"DB_PASSWORD":"new","DB_URL":"postgres://shop:1234@db/shop","MODE":"fast"}}}})";
  story.release.source.variables = {{"API_TOKEN", "t0p"}, {"WEB_IMAGE", "shop:42"}};
  story.before = story.history.releases[3];
  JobRun run = testing::sample_job_run();
  run.release = 2;
  run.last_words = "no such table";
  story.jobs = {run};
  return story;
}

}  // namespace

TEST_CASE("a history is a line a release with what became of it, why, and what can be returned to") {
  CHECK(cli::history_text(sample_history(), false, plain()) ==
        "RELEASE  STATE        WHEN (UTC)           TOOK  WHO  WHAT           CHANGES\n"
        "      4  rolling      2026-01-02 03:04:00     -  ada  rollback to 1  web shop:42 -> shop:41\n"
        "      3  current      2026-01-02 03:03:00    9s  ada  deploy         web shop:41 -> shop:42\n"
        "      2  failed       2026-01-02 03:02:00    9s  ada  deploy         web shop:41 -> shop:42\n"
        "  -> migrate failed with exit code 1\n"
        "      1  live before  2026-01-02 03:01:00    9s  ada  deploy         1 service\n"
        "\n"
        "`stackctl rollback --to N` can return to 1\n");
}

TEST_CASE("a history names what of the configuration changed, by service and by part of the file") {
  cli::History history = sample_history();
  history.releases[1].canonical =
      R"({"name":"shop","services":{"web":{"image":"shop:42","environment":{"MODE":"slow"}}},)"
      R"("volumes":{"data":{"name":"shop_data"}}})";
  CHECK(cli::history_entries(history, false).at(1).changes ==
        std::vector<std::string>{"web shop:41 -> shop:42", "configuration of web", "volumes"});
  history.releases[1] = release(3, "shop:41", "sha256:aaaa");
  CHECK(cli::history_entries(history, false).at(1).changes == std::vector<std::string>{"nothing"});
  history.releases[1].source.set["TAG"] = "41";
  CHECK(cli::history_entries(history, false).at(1).changes == std::vector<std::string>{"what --set gave"});
}

TEST_CASE("attempts that made no release are shown when all are asked for") {
  const std::vector<cli::HistoryEntry> some = cli::history_entries(sample_history(), false);
  CHECK(some.size() == 4);
  const cli::History history = sample_history();
  const std::vector<cli::HistoryEntry> all = cli::history_entries(history, true);
  REQUIRE(all.size() == 5);
  CHECK(all[1].release == 0);
  CHECK(all[1].state == "nothing to do");
  CHECK(all[1].deploy->id == "d5");
}

TEST_CASE("changes are counted from the release that ran, not from one that failed in between") {
  CHECK(cli::compared_with(sample_history(), 3) == 1);
  CHECK(cli::compared_with(sample_history(), 4) == 3);
  CHECK(cli::compared_with(sample_history(), 1) == 0);
  cli::History forgotten = sample_history();
  forgotten.deploys.clear();
  CHECK(cli::compared_with(forgotten, 3) == 2);
  CHECK(cli::history_entries(forgotten, false)[2].state == "never live");
  CHECK(cli::history_entries(forgotten, false)[1].changes ==
        std::vector<std::string>{"web shop:42 (another image)"});
  forgotten.releases[1].images = forgotten.releases[2].images;
  forgotten.releases[1].fingerprints["web"] = {{"env_file /srv/shop/prod.env", "1"}};
  forgotten.releases[2].fingerprints["web"] = {{"env_file /srv/shop/prod.env", "2"}};
  CHECK(cli::history_entries(forgotten, false)[1].changes == std::vector<std::string>{"files of web"});
}

TEST_CASE("a first release that failed is current all the same, and says so") {
  cli::History history;
  history.stack = "shop";
  history.current = 1;
  history.releases = {release(1, "shop:41", "sha256:aaaa")};
  history.deploys = {attempt("d1", 1, 0, DeployState::failed)};
  CHECK(cli::history_entries(history, false)[0].state == "current, failed");
}

TEST_CASE("what can't be returned to any more says why") {
  cli::History history = sample_history();
  history.ways_back = {{1, "image shop:41 of web was made here and is gone"}};
  CHECK(cli::history_text(history, false, plain())
            .find("\n`stackctl rollback --to N` can return to none of them\n"
                  "not to 1: image shop:41 of web was made here and is gone\n") != std::string::npos);
  CHECK_FALSE(cli::history_entries(history, false)[3].can_return);
  CHECK(cli::history_entries(sample_history(), false)[3].can_return);
}

TEST_CASE("a history as JSON has a name for everything") {
  const json::value body = cli::history_json(sample_history(), false);
  CHECK(body.at("current") == 3);
  const json::value& failed = body.at("releases").at(2);
  CHECK(failed.at("release") == 2);
  CHECK(failed.at("state") == "failed");
  CHECK(failed.at("can_return") == false);
  CHECK(failed.at("cause") == "migrate failed with exit code 1");
  CHECK(failed.at("last_words") == "no such table");
  CHECK(body.at("releases").at(0).at("ended_at").is_null());
}

TEST_CASE("a release is shown whole, with its difference to the one that ran before it") {
  cli::ReleaseStory story = sample_story();
  cli::hide_secrets(story);
  CHECK(cli::show_text(story, plain()) ==
        "release 2 of shop: failed\n"
        "  made by     deploy by ada (deploy d2)\n"
        "  when        2026-01-02 03:02:00 UTC, ended 2026-01-02 03:02:09\n"
        "  variables   API_TOKEN=(hidden) WEB_IMAGE=shop:42\n"
        "  cause       migrate failed with exit code 1\n"
        "  logs        stackctl logs --release 2\n"
        "\n"
        "last words of what failed\n"
        "  | no such table\n"
        "\n"
        "  SERVICE  IMAGE    ID    DIGEST\n"
        "  web      shop:42  bbbb  -\n"
        "\n"
        "jobs\n"
        "  migrate  failed with exit code 1, 2026-01-02 03:10:02 UTC\n"
        "\n"
        "changed since release 1\n"
        "  web: image aaaa -> bbbb\n"
        "  @@ -2,6 +2,7 @@\n"
        "   services:\n"
        "     web:\n"
        "       environment:\n"
        "  -      DB_PASSWORD: (hidden)\n"
        "  +      DB_PASSWORD: (hidden, changed)\n"
        "  +      DB_URL: (hidden)\n"
        "         MODE: fast\n"
        "  -    image: shop:41\n"
        "  +    image: shop:42\n");
}

TEST_CASE("secrets are shown only to who asks for them") {
  cli::ReleaseStory story = sample_story();
  story.release.source.set = {{"DB_PASSWORD", "s3t"}, {"MODE", "fast"}};
  CHECK(cli::show_text(story, plain()).find("DB_PASSWORD: new") != std::string::npos);
  cli::hide_secrets(story);
  const std::string body = to_text(cli::show_json(story));
  CHECK(body.find("new") == std::string::npos);
  CHECK(body.find("1234") == std::string::npos);
  CHECK(body.find("t0p") == std::string::npos);
  CHECK(body.find("s3t") == std::string::npos);
  CHECK(body.find(R"("MODE":"fast")") != std::string::npos);
}

TEST_CASE("what a variable gave to a secret is hidden whatever its name, and a change of it shows") {
  cli::ReleaseStory story = sample_story();
  story.before->canonical = R"({"name":"shop","secrets":{"a":{"environment":"MODE","content":"quiet"}}})";
  story.release.canonical = R"({"name":"shop","secrets":{"a":{"environment":"MODE","content":"loud"}}})";
  story.release.source.variables = {{"MODE", "loud"}};
  cli::hide_secrets(story);
  const std::string text = cli::show_text(story, plain());
  CHECK(text.find("loud") == std::string::npos);
  CHECK(text.find("quiet") == std::string::npos);
  CHECK(text.find("content: (hidden, changed)") != std::string::npos);
  CHECK(text.find("MODE=(hidden)") != std::string::npos);
}

TEST_CASE("a release that changed neither image nor configuration says so") {
  cli::ReleaseStory story = sample_story();
  story.release = *story.before;
  story.release.number = 2;
  CHECK(cli::show_text(story, plain()).find("images, files and configuration are those of release 1\n") !=
        std::string::npos);
  story.before->fingerprints["web"] = {{"env_file /srv/shop/prod.env", "1"}};
  story.release.fingerprints["web"] = {{"env_file /srv/shop/prod.env", "2"}};
  CHECK(cli::show_text(story, plain())
            .find("changed since release 1\n  web: env_file /srv/shop/prod.env changed\n") !=
        std::string::npos);
  story.before.reset();
  CHECK(cli::show_text(story, plain()).find("nothing earlier is kept to compare it with\n") !=
        std::string::npos);
}

TEST_CASE("jobs that a rollback did not run count as done") {
  cli::ReleaseStory story = sample_story();
  story.jobs[0].state = JobState::succeeded;
  story.jobs[0].container_id.clear();
  CHECK(cli::show_text(story, plain()).find("  migrate  counted as done, ") != std::string::npos);
}
