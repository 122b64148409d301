#include "decide/replace/probe_end.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace stackd::decide {
namespace {

constexpr std::int64_t not_executable = 126;
constexpr std::int64_t not_found = 127;

// As runc, crun, musl's and glibc's shells, and the language runtimes say it.
bool tells_no_room(const std::string& output) {
  constexpr std::array<std::string_view, 4> words = {"resource temporarily unavailable", "can't fork",
                                                     "cannot fork", "pids limit"};
  const std::string lower = to_lower(output);
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

ProbeEnd end_of_refused(const Error& refusal) {
  if (refusal.kind == ErrorKind::forbidden) return ProbeEnd::forbidden;
  if (tells_no_room(refusal.message)) return ProbeEnd::crowded;
  // Newer engines answer the call itself with the words that older ones put into the output.
  if (to_lower(refusal.message).find("oci runtime exec failed") != std::string::npos)
    return ProbeEnd::missing;
  return ProbeEnd::prevented;
}

}  // namespace

ProbeEnd probe_end(const ProbeAnswer& answer) {
  if (answer.refusal) return end_of_refused(*answer.refusal);
  if (answer.running) return ProbeEnd::stuck;
  if (!answer.in_time) return ProbeEnd::failed;
  if (answer.exit_code == 0) return ProbeEnd::passed;
  if (tells_no_room(answer.output)) return ProbeEnd::crowded;
  const bool missing = answer.exit_code == not_executable || answer.exit_code == not_found;
  return missing ? ProbeEnd::missing : ProbeEnd::failed;
}

std::string probe_words(const std::string& output) {
  constexpr std::string_view start = "unable to start container process: ";
  constexpr std::string_view end = ": unknown";
  std::string words(trim(last_lines(std::string(trim(output)), 1)));
  const std::size_t at = words.find(start);
  if (at != std::string::npos) words.erase(0, at + start.size());
  if (ends_with(words, end)) words.resize(words.size() - end.size());
  return words;
}

}  // namespace stackd::decide
