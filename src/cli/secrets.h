// What is not shown on a screen that others may look at: values whose names look secret. A guess by name and
// form; whoever needs the values says so.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "compose/read/node.h"

namespace stackd::cli {

inline constexpr std::string_view hidden_value = "(hidden)";

/// PASSWORD, PASSWD, PASSPHRASE, SECRET, TOKEN, KEY or CREDENTIAL is a part of the name, or the value is an
/// address with a password in it (postgres://shop:1234@db).
bool looks_secret(std::string_view name, std::string_view value);

/// Hides such values of environments and build arguments in a canonical configuration, and all that variables
/// gave to secrets and configs. Those that differ from
/// `before`, which may be null, become "(hidden, changed)", so that a difference shows that there is one.
void hide_secrets(compose::Node& configuration, const compose::Node* before);

/// The names of those variables.
std::set<std::string> variables_of_secrets(const compose::Node& configuration);

}  // namespace stackd::cli
