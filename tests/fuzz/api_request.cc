// Bodies and addresses of the API's requests.
#include "fuzz.h"
#include "protocol/target.h"
#include "protocol/wire.h"

using namespace stackd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  // The server refuses a bare NUL in an address before it comes here.
  const bool has_nul = text.find('\0') != std::string_view::npos;
  if (const auto decoded = protocol::percent_decode(text); decoded && !has_nul) {
    const auto again = protocol::percent_decode(protocol::percent_encode(*decoded));
    STACKD_CHECK(again.ok() && *again == *decoded);
  }
  protocol::Query query(text);
  query.text("since");
  static_cast<void>(query.finish());

  const Result<json::value> body = parse_json(text);
  if (!body) return 0;
  if (const auto request = protocol::deploy_request_from_json(*body)) {
    STACKD_CHECK(protocol::deploy_request_from_json(protocol::to_json(*request)).ok());
  }
  static_cast<void>(protocol::services_request_from_json(*body));
  static_cast<void>(protocol::down_request_from_json(*body));
  return 0;
}
