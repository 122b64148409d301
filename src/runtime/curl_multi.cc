#include "runtime/curl_multi.h"

#include <array>
#include <chrono>
#include <sys/epoll.h>
#include <utility>

#include "base/check.h"

namespace stackd::runtime {

namespace {

constexpr long idle_connections_max = 8;

void init_curl_once() {
  // No TLS on a unix socket; a transfer that wants it sets it up.
  static const CURLcode code = curl_global_init(CURL_GLOBAL_NOTHING);
  STACKD_CHECK(code == CURLE_OK);
}

int make_epoll() {
  const int descriptor = epoll_create1(EPOLL_CLOEXEC);
  STACKD_CHECK(descriptor >= 0);
  return descriptor;
}

}  // namespace

std::shared_ptr<CurlMulti> CurlMulti::make(boost::asio::any_io_executor executor) {
  init_curl_once();
  return std::shared_ptr<CurlMulti>(new CurlMulti(std::move(executor)));
}

CurlMulti::CurlMulti(boost::asio::any_io_executor executor)
    : multi_(curl_multi_init()), epoll_(make_epoll()), descriptor_(executor, epoll_), timer_(executor) {
  STACKD_CHECK(multi_ != nullptr);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlMulti::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlMulti::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, idle_connections_max);
}

CurlMulti::~CurlMulti() {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, nullptr);
  curl_multi_cleanup(multi_);
}

void CurlMulti::add(CURL* easy, Listener& listener) {
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &listener);
  STACKD_CHECK(curl_multi_add_handle(multi_, easy) == CURLM_OK);
}

void CurlMulti::remove(CURL* easy) {
  curl_multi_remove_handle(multi_, easy);
}

int CurlMulti::on_socket(CURL* /*easy*/, curl_socket_t socket, int what, void* self, void* known) {
  CurlMulti& multi = *static_cast<CurlMulti*>(self);
  if (what == CURL_POLL_REMOVE) {
    if (known == nullptr) return 0;
    epoll_ctl(multi.epoll_, EPOLL_CTL_DEL, socket, nullptr);
    // An armed wait counts as work: without this io_context::run would never return.
    if (--multi.sockets_ == 0) multi.descriptor_.cancel();
    return 0;
  }
  epoll_event event{};
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  event.data.fd = socket;
  if (known == nullptr) {
    STACKD_CHECK(epoll_ctl(multi.epoll_, EPOLL_CTL_ADD, socket, &event) == 0);
    curl_multi_assign(multi.multi_, socket, &multi);
    ++multi.sockets_;
  } else {
    STACKD_CHECK(epoll_ctl(multi.epoll_, EPOLL_CTL_MOD, socket, &event) == 0);
  }
  multi.watch();
  return 0;
}

int CurlMulti::on_timer(CURLM* /*multi*/, long timeout_ms, void* self) {
  CurlMulti& multi = *static_cast<CurlMulti*>(self);
  if (timeout_ms < 0) {
    multi.timer_.cancel();
    return 0;
  }
  // Also for 0 ms through the loop: libcurl must not be called from its own callback.
  multi.timer_.expires_after(std::chrono::milliseconds(timeout_ms));
  multi.timer_.async_wait([weak = multi.weak_from_this()](const boost::system::error_code& error) {
    if (error) return;
    if (const auto alive = weak.lock()) alive->after_timeout();
  });
  return 0;
}

void CurlMulti::watch() {
  if (watching_) return;
  watching_ = true;
  descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [weak = weak_from_this()](const boost::system::error_code&) {
                           const auto alive = weak.lock();
                           if (!alive) return;
                           alive->watching_ = false;
                           alive->read_events();
                           if (alive->sockets_ > 0) alive->watch();
                         });
}

void CurlMulti::read_events() {
  std::array<epoll_event, 64> events{};
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
  int running = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count < 0 ? 0 : count); ++i) {
    int ready = 0;
    if ((events[i].events & EPOLLIN) != 0) ready |= CURL_CSELECT_IN;
    if ((events[i].events & EPOLLOUT) != 0) ready |= CURL_CSELECT_OUT;
    if ((events[i].events & (EPOLLERR | EPOLLHUP)) != 0) ready |= CURL_CSELECT_ERR;
    curl_multi_socket_action(multi_, events[i].data.fd, ready, &running);
  }
  report_ended();
}

void CurlMulti::after_timeout() {
  int running = 0;
  curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
  report_ended();
}

void CurlMulti::report_ended() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;
    char* listener = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &listener);
    curl_multi_remove_handle(multi_, easy);
    static_cast<Listener*>(static_cast<void*>(listener))->on_end(code);
  }
}

}  // namespace stackd::runtime
