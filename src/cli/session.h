// What every command of stackctl works with: who called it, from where, and where its words go. Filled by
// main and by tests; commands ask neither the environment nor the clock themselves.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/time.h"
#include "cli/moment.h"

namespace stackd::cli {

/// What stackctl's exit codes mean.
enum ExitCode : int {
  exit_done = 0,
  exit_failed = 1,
  exit_usage = 2,
  exit_no_daemon = 3,
  exit_not_found = 4,
  exit_changes = 5,  // of `plan`: a deploy would do something
};

/// The options that every command takes; those about files mean what they mean to Compose.
struct GlobalOptions {
  std::vector<std::string> files;
  std::string project_name;
  std::vector<std::string> profiles;
  std::vector<std::string> env_files;
  std::string project_directory;
  bool all_resources = false;  // keep what no enabled service uses
  std::string socket;
  bool json = false;
};

struct Terminal {
  bool interactive = false;  // lines may be written again in place
  bool colours = false;
  int columns = 80;
  int rows = 24;
};

struct Session {
  GlobalOptions global;
  std::map<std::string, std::string> environment;
  std::string current_directory;  // absolute
  bool is_root = false;
  Terminal terminal;
  std::function<WallTime()> now;
  FromLocal from_local;
  std::function<std::string()> read_standard_input;
  std::ostream* out = nullptr;
  std::ostream* err = nullptr;
  bool daemon_is_gone = false;  // nobody answered the last question to it, or its connection broke
};

/// Of the caller's environment; "" when it is not set.
std::string variable(const Session& session, const std::string& name);

/// Says the error, as JSON on the output when that was asked for, and returns its exit code: no_daemon if it
/// is that stackd is gone.
int fail(Session& session, const Error& error);

/// "stackctl: warning: …" on the error output, in every mode.
void warn(Session& session, const std::string& text);

/// One document and a line end.
void print_json(Session& session, const json::value& value);

}  // namespace stackd::cli
