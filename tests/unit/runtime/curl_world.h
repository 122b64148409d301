// A client and a server of one loop, which answers as a script has it.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "runtime/curl.h"
#include "support.h"

namespace stackd::runtime::test {

inline const std::string ok_reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Kind: Test\r\n\r\nok";

struct CurlWorld {
  TempFolder folder;
  boost::asio::io_context io;
  std::unique_ptr<Clock> clock = make_real_clock(io.get_executor());
  CurlClient client{io.get_executor()};
  std::string socket = folder.at("engine.sock");

  HttpCall call(std::string method, std::string path) const {
    HttpCall made(std::move(method), "http://engine" + path);
    made.unix_socket = socket;
    return made;
  }
};

inline Task<void> answer_once(RawPeer& peer, std::string reply) {
  (void)co_await peer.read_request();
  (void)co_await peer.write(std::move(reply));
}

inline Task<void> answer_always(RawPeer& peer, std::string reply) {
  while (true) {
    const std::string request = co_await peer.read_request();
    if (request.empty()) co_return;
    (void)co_await peer.write(reply);
  }
}

inline Script once(std::string reply) {
  return [reply](RawPeer& peer) { return answer_once(peer, reply); };
}

inline Script always(std::string reply) {
  return [reply](RawPeer& peer) { return answer_always(peer, reply); };
}

/// Reads the request and says nothing until the other side leaves.
inline Task<void> read_and_wait(RawPeer& peer, bool& left) {
  (void)co_await peer.read_request();
  (void)co_await peer.read_some();
  left = true;
}

inline Script silent(bool& left) {
  return [&left](RawPeer& peer) { return read_and_wait(peer, left); };
}

}  // namespace stackd::runtime::test
