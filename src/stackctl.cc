// The command line of stackd: finds the command, fills its session, runs it.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/parse.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX declares it nowhere

namespace {

using namespace stackd;

std::map<std::string, std::string> read_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

cli::Terminal find_terminal(const std::map<std::string, std::string>& environment) {
  cli::Terminal terminal;
  const auto term = environment.find("TERM");
  const bool dumb = term == environment.end() || term->second == "dumb";
  const auto no_colour = environment.find("NO_COLOR");
  terminal.interactive = isatty(STDOUT_FILENO) == 1 && !dumb;
  terminal.colours = terminal.interactive && (no_colour == environment.end() || no_colour->second.empty());
  winsize size{};
  if (isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.columns = size.ws_col;
    terminal.rows = size.ws_row;
  } else if (!terminal.interactive) {
    terminal.columns = 0;  // a file or a pipe has no width
  }
  return terminal;
}

/// What the shell believes, when it is the same folder: paths then read as the caller knows them.
std::string find_current_directory(const std::map<std::string, std::string>& environment) {
  std::error_code failed;
  const std::filesystem::path real = std::filesystem::current_path(failed);
  const auto believed = environment.find("PWD");
  if (believed != environment.end() && !believed->second.empty() && believed->second.front() == '/' &&
      std::filesystem::equivalent(believed->second, ".", failed)) {
    return believed->second;
  }
  return real.string();
}

WallTime wall_now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

// By TZ, else by the machine's zone. What a change of clocks makes ambiguous is the C library's choice.
WallTime from_local(std::chrono::local_time<Duration> shown) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(shown);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(seconds - day);
  std::tm fields{};
  fields.tm_year = static_cast<int>(date.year()) - 1900;
  fields.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  fields.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
  fields.tm_hour = static_cast<int>(time.hours().count());
  fields.tm_min = static_cast<int>(time.minutes().count());
  fields.tm_sec = static_cast<int>(time.seconds().count());
  fields.tm_isdst = -1;
  return WallTime(std::chrono::seconds(std::mktime(&fields)) + (shown - seconds));
}

// More than any file may have; what is cut off there is refused for its length.
constexpr std::size_t input_bytes_max = std::size_t{9} * 1024 * 1024;

std::string read_all_input() {
  std::string text(input_bytes_max, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::cin.gcount()));
  return text;
}

}  // namespace

int main(int count, char** words) {
  std::ios::sync_with_stdio(false);
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> typed(words + (count > 0 ? 1 : 0), words + count);
  auto parsed = cli::parse(typed, cli::commands());
  if (const auto* end = std::get_if<cli::ParseEnd>(&parsed)) {
    (end->exit_code == cli::exit_done ? std::cout : std::cerr) << end->text << std::flush;
    return end->exit_code;
  }
  const auto& invocation = std::get<cli::Invocation>(parsed);
  cli::Session session;
  session.global = invocation.global;
  session.environment = read_environment();
  session.current_directory = find_current_directory(session.environment);
  session.is_root = geteuid() == 0;
  session.terminal = find_terminal(session.environment);
  session.now = wall_now;
  session.from_local = from_local;
  session.read_standard_input = read_all_input;
  session.out = &std::cout;
  session.err = &std::cerr;
  const int code = invocation.command->run(session, invocation.arguments);
  std::cout.flush();
  return std::cout.good() || code != cli::exit_done ? code : cli::exit_failed;
}
