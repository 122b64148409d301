#include "runtime/curl_transfer.h"

#include <cerrno>
#include <cstring>
#include <new>
#include <sys/socket.h>
#include <utility>

#include "base/check.h"
#include "base/text.h"

namespace stackd::runtime {

namespace {

constexpr std::size_t stream_buffer_bytes_max = 256U << 10U;
constexpr std::size_t header_bytes_max = 256U << 10U;
constexpr long authorities_kept_seconds = 30;

curl_socket_t open_socket(void* /*unused*/, curlsocktype /*purpose*/, curl_sockaddr* address) {
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// libcurl takes 0 for "no limit"; a limit below a millisecond is one millisecond.
long to_milliseconds(Duration span) {
  if (span <= Duration::zero()) return 0;
  return static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(span).count());
}

curl_slist* append(curl_slist* list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list, line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  return longer;
}

bool is_token(std::string_view method) {
  if (method.empty()) return false;
  for (const char c : method) {
    if (c < 'A' || c > 'Z') return false;
  }
  return true;
}

}  // namespace

CurlTransfer::CurlTransfer(std::shared_ptr<CurlMulti> multi, HttpCall call, Mode mode)
    : multi_(std::move(multi)),
      call_(std::move(call)),
      mode_(mode),
      is_order_(call_.method != "GET" && call_.method != "HEAD"),
      easy_(curl_easy_init()) {
  if (easy_ == nullptr) throw std::bad_alloc();
}

CurlTransfer::~CurlTransfer() {
  multi_->remove(easy_);
  curl_easy_cleanup(easy_);
  curl_slist_free_all(request_headers_);
  curl_slist_free_all(connect_to_);
}

Result<std::unique_ptr<CurlTransfer>> CurlTransfer::start(std::shared_ptr<CurlMulti> multi, HttpCall call,
                                                          Mode mode) {
  std::unique_ptr<CurlTransfer> transfer(new CurlTransfer(std::move(multi), std::move(call), mode));
  if (const Result<void> configured = transfer->configure(); !configured) return configured.error();
  transfer->multi_->add(transfer->easy_, *transfer);
  return transfer;
}

Result<void> CurlTransfer::configure() {
  if (!is_token(call_.method)) {
    return Error{ErrorKind::invalid, "the method " + quote(call_.method) + " is none of HTTP"};
  }
  const auto set = [this](CURLoption option, auto value) {
    const CURLcode code = curl_easy_setopt(easy_, option, value);
    if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
    return code == CURLE_OK;
  };
  bool accepted = set(CURLOPT_URL, call_.url.c_str());
  accepted = set(CURLOPT_PROTOCOLS_STR, "http,https") && accepted;
  accepted = set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)) && accepted;
  accepted = set(CURLOPT_NOSIGNAL, 1L) && accepted;
  accepted = set(CURLOPT_USERAGENT, "stackd/" STACKD_VERSION) && accepted;
  accepted = set(CURLOPT_ERRORBUFFER, curl_says_.data()) && accepted;
  accepted = set(CURLOPT_OPENSOCKETFUNCTION, &open_socket) && accepted;
  accepted = set(CURLOPT_CONNECTTIMEOUT_MS, to_milliseconds(call_.connect_max)) && accepted;
  accepted = set(CURLOPT_TIMEOUT_MS, to_milliseconds(call_.total_max)) && accepted;
  // libcurl would keep the authorities for a day: somebody who adds one wants to see it work.
  accepted = set(CURLOPT_CA_CACHE_TIMEOUT, authorities_kept_seconds) && accepted;
  accepted = set(CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header) && accepted;
  accepted = set(CURLOPT_HEADERDATA, static_cast<void*>(this)) && accepted;
  accepted = set(CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body) && accepted;
  accepted = set(CURLOPT_WRITEDATA, static_cast<void*>(this)) && accepted;
  if (!call_.unix_socket.empty()) {
    accepted = set(CURLOPT_UNIX_SOCKET_PATH, call_.unix_socket.c_str()) && accepted;
  }
  if (!call_.resolve.empty()) {
    const bool is_v6 = call_.resolve.find(':') != std::string::npos;
    connect_to_ = append(connect_to_, is_v6 ? "::[" + call_.resolve + "]:" : "::" + call_.resolve + ":");
    accepted = set(CURLOPT_CONNECT_TO, connect_to_) && accepted;
  }
  if (!call_.unix_socket.empty() || !call_.resolve.empty()) accepted = set(CURLOPT_PROXY, "") && accepted;
  // A reused connection may be dead, and libcurl would then send the request a second time by itself.
  if (is_order_) accepted = set(CURLOPT_FRESH_CONNECT, 1L) && accepted;
  if (!accepted) return Error{ErrorKind::invalid, "the request to " + whom() + " is refused by libcurl"};
  configure_body();
  return configure_headers();
}

void CurlTransfer::configure_body() {
  if (call_.method == "GET" && call_.body.empty()) return;
  if (call_.method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
    return;
  }
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, call_.method.c_str());
  if (call_.method == "DELETE" && call_.body.empty()) return;
  curl_easy_setopt(easy_, CURLOPT_POST, 1L);
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call_.body.size()));
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, call_.body.data());
}

Result<void> CurlTransfer::configure_headers() {
  for (const HttpHeader& header : call_.headers) {
    if (!is_safe_header(header)) {
      return Error{ErrorKind::invalid, "the header " + quote(header.name) + " contains what no header may"};
    }
    const std::string line = header.value.empty() ? header.name + ";" : header.name + ": " + header.value;
    request_headers_ = append(request_headers_, line);
  }
  // A large body would otherwise wait a second for a server that does not know "100 Continue", and a body
  // without a type would be called a form.
  request_headers_ = append(request_headers_, "Expect:");
  if (find_header(call_.headers, "content-type").empty()) {
    request_headers_ = append(request_headers_, "Content-Type:");
  }
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, request_headers_);
  return {};
}

Task<void> CurlTransfer::headers_came() {
  while (!headers_complete_ && !end_) co_await changed_.wait();
}

Task<void> CurlTransfer::bytes_came() {
  while (bytes_.empty() && !end_) co_await changed_.wait();
}

Task<void> CurlTransfer::ended() {
  while (!end_) co_await changed_.wait();
}

std::string CurlTransfer::take_bytes() {
  std::string taken = std::exchange(bytes_, {});
  if (paused_ && !end_) {
    paused_ = false;
    curl_easy_pause(easy_, CURLPAUSE_CONT);  // may call on_body at once
  }
  return taken;
}

void CurlTransfer::on_end(CURLcode code) {
  end_ = code;
  changed_.ring();
}

std::size_t CurlTransfer::on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
  CurlTransfer& transfer = *static_cast<CurlTransfer*>(self);
  const std::size_t length = size * count;
  transfer.header_bytes_ += length;
  if (transfer.header_bytes_ > header_bytes_max) {
    transfer.too_large_ = true;
    return 0;
  }
  transfer.add_header_line(std::string(trim(std::string_view(bytes, length))));
  return length;
}

void CurlTransfer::add_header_line(const std::string& line) {
  if (headers_complete_) return;  // trailers of a chunked body
  if (starts_with(line, "HTTP/")) {
    headers_.clear();
    return;
  }
  if (!line.empty()) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) return;
    HttpHeader header;
    header.name = to_lower(trim(std::string_view(line).substr(0, colon)));
    header.value = trim(std::string_view(line).substr(colon + 1));
    headers_.push_back(std::move(header));
    return;
  }
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200) return;  // "100 Continue": the answer is still to come
  status_ = static_cast<int>(status);
  headers_complete_ = true;
  changed_.ring();
}

std::size_t CurlTransfer::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  CurlTransfer& transfer = *static_cast<CurlTransfer*>(self);
  const std::size_t length = size * count;
  if (transfer.mode_ == Mode::streamed) {
    if (transfer.bytes_.size() >= stream_buffer_bytes_max) {
      transfer.paused_ = true;
      return CURL_WRITEFUNC_PAUSE;
    }
    transfer.changed_.ring();
  } else if (length > transfer.call_.body_bytes_max - transfer.bytes_.size()) {
    transfer.too_large_ = true;
    return 0;
  }
  transfer.bytes_.append(bytes, length);
  return length;
}

std::string CurlTransfer::whom() const {
  if (!call_.unix_socket.empty()) return call_.unix_socket;
  // Without what may be secret: a notice's address carries its token in path or query.
  const std::size_t scheme_end = call_.url.find("://");
  const std::size_t host = scheme_end == std::string::npos ? 0 : scheme_end + 3;
  const std::string authority = call_.url.substr(host, call_.url.find_first_of("/?#", host) - host);
  const std::size_t user_end = authority.rfind('@');
  return user_end == std::string::npos ? authority : authority.substr(user_end + 1);
}

Error CurlTransfer::error_of_connecting() const {
  long os_error = 0;
  curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &os_error);
  std::string why = os_error != 0 ? std::strerror(static_cast<int>(os_error)) : curl_says_.data();
  if (!call_.unix_socket.empty() && os_error == EACCES) {
    why = "permission denied: run as root, or as a member of the group that owns the socket (docker)";
  } else if (!call_.unix_socket.empty() && os_error == ENOENT) {
    why = "no such socket: is the engine running?";
  } else if (!call_.unix_socket.empty() && os_error == ECONNREFUSED) {
    why = "nobody listens on it: is the engine running?";
  }
  return Error{ErrorKind::unavailable, "connect to " + whom() + ": " + to_lower(why.substr(0, 1)) +
                                           (why.empty() ? "" : why.substr(1))};
}

bool CurlTransfer::is_of_unknown_authority() const {
  constexpr long self_signed = 18;       // X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
  constexpr long unable_to_verify = 21;  // …_UNABLE_TO_VERIFY_LEAF_SIGNATURE; 19 and 20 are between
  long why = 0;
  curl_easy_getinfo(easy_, CURLINFO_SSL_VERIFYRESULT, &why);
  return why >= self_signed && why <= unable_to_verify;
}

Result<void> CurlTransfer::outcome() const {
  STACKD_CHECK(end_.has_value());
  if (*end_ == CURLE_OK) return {};
  if (*end_ == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (*end_ == CURLE_COULDNT_CONNECT) return error_of_connecting();

  const std::string says = curl_says_[0] != '\0' ? curl_says_.data() : curl_easy_strerror(*end_);
  if (*end_ == CURLE_URL_MALFORMAT) {
    return Error{ErrorKind::invalid, "the address of " + whom() + " makes no sense: " + says};
  }
  long sent_bytes = 0;
  curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &sent_bytes);
  const bool may_have_effect = is_order_ && sent_bytes > 0;
  const std::string to = call_.method + " to " + whom();
  if (too_large_) {
    return Error{may_have_effect ? ErrorKind::unknown : ErrorKind::invalid,
                 to + ": the answer is larger than " + std::to_string(call_.body_bytes_max) + " bytes"};
  }
  if (*end_ == CURLE_OPERATION_TIMEDOUT) {
    return Error{may_have_effect ? ErrorKind::unknown : ErrorKind::timeout, to + ": no answer in time"};
  }
  if (may_have_effect) return Error{ErrorKind::unknown, to + ": sent, but the answer is lost: " + says};
  if (*end_ == CURLE_PEER_FAILED_VERIFICATION && is_of_unknown_authority()) {
    return Error{ErrorKind::unavailable, to +
                                             ": its certificate is of an authority that this host does not " +
                                             "trust; add that to the host's (update-ca-certificates)"};
  }
  const bool is_no_http = *end_ == CURLE_UNSUPPORTED_PROTOCOL || *end_ == CURLE_WEIRD_SERVER_REPLY;
  return Error{is_no_http ? ErrorKind::invalid : ErrorKind::unavailable, to + ": " + says};
}

}  // namespace stackd::runtime
