// Docker's client configuration, where logins come from.
#include "base/encoding.h"
#include "engine/credentials.h"
#include "fuzz.h"

using namespace stackd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  if (const auto config = engine::read_client_config(text)) {
    engine::registry_auth(*config, "registry.example:5000/a/b:1");
    engine::login_file(*config);
  }
  if (const auto bytes = from_base64(text)) {
    const auto again = from_base64(base64(*bytes));
    STACKD_CHECK(again.ok() && *again == *bytes);
  }
  engine::registry_of(text);
  return 0;
}
