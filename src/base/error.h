// An expected failure, as a value. Bugs and lack of memory are exceptions; everything a person or an
// engine can cause is an Error. The kind says how to react, the message says what happened.
#pragma once

#include <string>
#include <string_view>

namespace stackd {

enum class ErrorKind {
  invalid,      // the input is wrong; the same call fails again until somebody changes it
  not_found,    // the thing named does not exist
  conflict,     // it exists already, or something else is in the way
  unavailable,  // the other side can't be reached or refuses for now; try again later
  forbidden,    // nobody may do this here, whoever asks: the same call fails until somebody allows it
  timeout,      // the deadline passed before there was an effect
  unknown,      // the order was sent and the answer lost; observe before doing anything else
  internal,     // our own data or logic is wrong; parks the stack it belongs to
};

/// "not_found" and so on: stable names, used in the API's replies.
std::string_view to_string(ErrorKind kind);

/// The inverse of to_string; a name that is not known gives internal.
ErrorKind error_kind_from(std::string_view name);

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;  // small letters, no full stop, unless it is a rendered list of diagnostics

  /// The same error with what was being done put in front: "start web-1: <message>".
  [[nodiscard]] Error while_doing(std::string_view doing) const;
};

}  // namespace stackd
