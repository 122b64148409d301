// Paths as text; nothing is looked up.
#pragma once

#include <string>
#include <string_view>

namespace stackd::compose {

/// Without ".", "..", and doubled or trailing slashes; "" becomes ".".
std::string clean_path(std::string_view path);

/// Both, cleaned; an empty part is left out.
std::string join_path(std::string_view folder, std::string_view path);

bool is_absolute(std::string_view path);

/// With a drive, as Windows writes absolute paths.
bool is_windows_absolute(std::string_view path);

std::string folder_of(std::string_view path);
std::string_view last_name(std::string_view path);

/// The way from one folder to a path; both absolute and clean.
std::string relative_path(std::string_view from, std::string_view to);

}  // namespace stackd::compose
