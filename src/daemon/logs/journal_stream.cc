#include "daemon/logs/journal_stream.h"

namespace stackd::daemon {
namespace {

class JournalStream final : public Stream<JournalEntry> {
 public:
  JournalStream(std::vector<JournalEntry> past, std::unique_ptr<Stream<JournalEntry>> live, std::string stack)
      : past_(std::move(past)), live_(std::move(live)), stack_(std::move(stack)) {}

  Awaitable<Result<std::optional<JournalEntry>>> next() override {
    if (at_ < past_.size()) {
      std::optional<JournalEntry> entry = std::move(past_[at_]);
      ++at_;
      co_return entry;
    }
    while (live_ != nullptr) {
      Result<std::optional<JournalEntry>> entry = co_await live_->next();
      if (!entry || !*entry || stack_.empty() || (*entry)->stack == stack_) co_return entry;
    }
    co_return std::optional<JournalEntry>();
  }

 private:
  std::vector<JournalEntry> past_;
  std::size_t at_ = 0;
  std::unique_ptr<Stream<JournalEntry>> live_;
  std::string stack_;
};

}  // namespace

std::unique_ptr<Stream<JournalEntry>> journal_stream(std::vector<JournalEntry> past,
                                                     std::unique_ptr<Stream<JournalEntry>> live,
                                                     std::string stack) {
  return std::make_unique<JournalStream>(std::move(past), std::move(live), std::move(stack));
}

}  // namespace stackd::daemon
