#include "cli/progress.h"

#include <algorithm>
#include <cstdio>

namespace stackd::cli {
namespace {

/// "  1.2s", right-aligned.
std::string elapsed(WallTime at, WallTime begun) {
  const double seconds = std::max(0.0, std::chrono::duration<double>(at - begun).count());
  char text[32];
  (void)std::snprintf(text, sizeof text, "%6.1fs", seconds);
  return text;
}

constexpr std::size_t name_width_min = 10;

}  // namespace

ProgressView::ProgressView(const Terminal& terminal, WallTime begun) : terminal_(terminal), begun_(begun) {}

bool ProgressView::in_place() const {
  // What doesn't fit on the screen can't be reached again.
  return terminal_.interactive && lines_.size() + 2 < static_cast<std::size_t>(std::max(0, terminal_.rows));
}

std::string ProgressView::line_text(const Line& line) const {
  std::size_t width = name_width_min;
  for (const Line& other : lines_) width = std::max(width, width_of(other.service));
  const std::string head = elapsed(line.at, begun_) + "  " + line.service +
                           std::string(width - std::min(width, width_of(line.service)) + 2, ' ');
  std::size_t left = 0;
  if (terminal_.columns > 0) {
    const auto columns = static_cast<std::size_t>(terminal_.columns);
    left = columns > width_of(head) + 10 ? columns - width_of(head) : 10;
  }
  return head + coloured(fit(harmless(line.text), left), line.colour, terminal_.colours) + "\n";
}

std::string ProgressView::show(WallTime at, const std::string& service, const std::string& text,
                               Colour colour) {
  auto found = std::find_if(lines_.begin(), lines_.end(),
                            [&service](const Line& line) { return line.service == service; });
  if (found == lines_.end()) found = lines_.insert(lines_.end(), Line{service, "", Colour::plain, at});
  if (found->text == text) return {};
  found->text = text;
  found->colour = colour;
  found->at = at;
  if (!in_place()) return line_text(*found);
  std::string out;
  if (written_ > 0) out += "\x1b[" + std::to_string(written_) + "A";
  for (const Line& line : lines_) out += "\x1b[2K" + line_text(line);
  written_ = lines_.size();
  return out;
}

}  // namespace stackd::cli
