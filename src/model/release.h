// What a stack should be and how it came about: the records that outlive the process. Plain data; the store
// keeps them, the API prints them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace stackd {

/// What a file or a folder allows to whom.
struct FileAttributes {
  std::uint32_t mode = 0;  // its lowest twelve bits
  std::uint32_t user_id = 0;
  std::uint32_t group_id = 0;

  bool operator==(const FileAttributes&) const = default;
};
/// "640 1000:1000"
std::string to_text(const FileAttributes& attributes);
/// None: it is no such text.
std::optional<FileAttributes> file_attributes_from(std::string_view text);

/// What services see of the host's files, by service, by path: a file's SHA-256 and its attributes, the
/// target of a link. Earlier versions wrote no attributes, and nothing of links.
using Fingerprints = std::map<std::string, std::map<std::string, std::string>>;

struct ImageRecord {
  std::string reference;  // as the file names it
  std::string id;         // "sha256:…"
  std::string digest;     // repository@sha256:…, "" for an image made here
};

/// Where a release came from.
struct ReleaseSource {
  std::string kind;  // deploy, rollback, adopt, start
  std::string user;  // who asked, as the socket's peer says
  std::string working_dir;
  std::vector<std::string> config_files;
  std::vector<std::string> environment_files;
  std::vector<std::string> profiles;
  std::vector<std::string> outside_profiles;     // services that are left alone
  std::map<std::string, std::string> variables;  // from the caller's environment or --set; never from .env
  std::map<std::string, std::string> set;        // by --set, now or before: stay until set again or unset
  std::string set_before;  // fingerprint of what was set when this was asked for; "": not known
};

/// Tells whether two stacks were given the same by --set.
std::string set_fingerprint(const std::map<std::string, std::string>& set);

/// What services see of the host's files (compose/read/mounted_files.h).
struct MountedFiles {
  Fingerprints fingerprints;
  std::map<std::string, std::string> contents;       // by path; of the small ones
  std::map<std::string, FileAttributes> attributes;  // by path; of those, and of the folders that hold them
  std::map<std::string, std::string> links;          // by path, within folders: what they say
  std::set<std::string> unreadable;                  // paths
};

/// Immutable once stored, but for live_at.
struct Release {
  std::string stack;
  std::int64_t number = 0;
  std::string canonical;  // the canonical configuration, internal JSON form (compose/load.h)
  std::map<std::string, ImageRecord> images;  // by service
  Fingerprints fingerprints;
  ReleaseSource source;
  std::int64_t copied_from = 0;  // the release that a rollback put back; 0: none
  WallTime created_at;
  std::optional<WallTime> live_at;
};

/// The containers that were not as the files say when the stack was adopted, by id: for this release they are
/// right as they are. Recorded among the fingerprints of their service.
std::set<std::string> as_found(const Release& release);
void note_as_found(Release& release, const std::string& service, const std::string& container_id);

enum class JobState { none, intended, running, succeeded, failed };
std::string_view to_string(JobState state);
JobState job_state_from(std::string_view name);

/// A job's run for one release. Stored as `intended` before its container starts.
struct JobRun {
  std::string stack;
  std::int64_t release = 0;
  std::string service;
  std::string container_id;
  JobState state = JobState::none;
  std::int64_t exit_code = 0;
  std::string last_words;  // the last lines of its log when it failed
  WallTime changed_at;
};

/// The states of design: queued → resolving → fetching → gating → rolling → watching → live, and the ways
/// out.
enum class DeployState {
  queued,
  resolving,
  fetching,
  gating,
  rolling,
  watching,
  live,
  failed,
  reverting,
  reverted,
  paused,
  cancelled,
  superseded,
};
std::string_view to_string(DeployState state);
DeployState deploy_state_from(std::string_view name);
bool is_final(DeployState state);

struct Deploy {
  std::string id;
  std::string stack;
  std::string kind;  // deploy, rollback, adopt
  DeployState state = DeployState::queued;
  std::int64_t release = 0;      // 0: no number yet
  std::int64_t former = 0;       // the release that was current when it began
  std::int64_t copied_from = 0;  // kind rollback: the release that is put back
  Fingerprints fingerprints;
  std::string canonical;  // what was asked for, until a release records it
  ReleaseSource source;
  std::vector<std::string> services;  // named ones; empty: all
  bool start = true;                  // false: --no-start
  std::string cause;                  // why it ended as it did; of a live one: what answered, if asked
  std::string last_words;             // log lines of what failed
  std::string plan;                   // as text
  WallTime requested_at;
  std::optional<WallTime> ended_at;
};

/// What people, or other hands on the engine, want of a stack as a whole.
enum class StackWish {
  running,
  created,  // everything made, nothing started
  stopped,
  down,
  stopped_outside,
};
std::string_view to_string(StackWish wish);
StackWish stack_wish_from(std::string_view name);

/// Why a service stays down although its release asks for it.
enum class ServiceStop {
  person,   // by its name; a deploy leaves it so
  outside,  // by somebody else than stackd
  rest,     // when only others of a stack that was down were started; a deploy ends it
  made,     // it is made, and not to be started yet (deploy --no-start); a start or a deploy ends it
};

struct StackRecord {
  std::string name;
  StackWish wish = StackWish::running;
  std::int64_t current_release = 0;  // 0: none yet
  std::map<std::string, ServiceStop> stopped_services;
  std::string working_dir;
  std::vector<std::string> config_files;
  std::vector<std::string> profiles;
  std::string hold_reason;               // "" : not held
  std::set<std::string> ended_services;  // ended by themselves, and their policy says never again
};

/// One engine call of a deploy: written down before it is made, its outcome after it.
struct StepRecord {
  std::int64_t id = 0;  // given by the store
  std::string text;
  WallTime begun_at;
  std::string outcome;
  std::optional<WallTime> ended_at;  // absent: the outcome is not known
};

/// One state change with its cause.
struct JournalEntry {
  std::int64_t id = 0;  // given by the store
  WallTime at;
  std::string stack;
  std::string service;
  std::int64_t release = 0;
  std::string deploy_id;
  std::string kind;  // started, exited, unhealthy, ready, deploy …
  std::string text;
};

}  // namespace stackd
