#include "compose/canonical/schema.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "compose/canonical/schema_fields.h"

namespace stackd::compose {

namespace {

using namespace fields;

constexpr std::array pool_fields = {
    text("subnet"),
    text("gateway"),
    text("ip_range"),
    options("aux_addresses", Form::labels, kinds::text),
};
constexpr Shape pool_shape{"an address pool", pool_fields};
constexpr std::array ipam_fields = {
    text("driver"),
    objects("config", pool_shape),
    options("options", Form::text_map, kinds::text).ignored(),
};
constexpr Shape ipam_shape{"ipam", ipam_fields};

constexpr std::array network_fields = {
    text("name"),
    text("driver"),
    options("driver_opts", Form::options, kinds::text | kinds::number),
    object("ipam", ipam_shape).shown(always),
    external(),
    flag("internal"),
    flag("attachable"),
    pairs("labels", Form::labels),
    flag("enable_ipv4").shown(written),
    flag("enable_ipv6").shown(written),
};

constexpr std::array volume_fields = {
    text("name"),
    text("driver"),
    options("driver_opts", Form::options, kinds::text | kinds::number),
    external(),
    pairs("labels", Form::labels),
};

constexpr std::array secret_fields = {
    text("name"),
    text("file"),
    text("environment"),
    external(),
    pairs("labels", Form::labels),
    text("driver"),
    options("driver_opts", Form::text_map, kinds::text | kinds::number),
    text("template_driver"),
};

constexpr std::array config_fields = {
    text("name"),
    text("file"),
    text("environment"),
    text("content"),
    external(),
    pairs("labels", Form::labels),
    text("template_driver"),
};

constexpr std::array model_fields = {
    text("name"),
    text("model").needed(),
    whole("context_size").only(kinds::integer),
    texts("runtime_flags"),
};

constexpr std::array include_fields = {
    text_or_list("path"),
    text("project_directory"),
    text_or_list("env_file"),
};
constexpr Shape include_shape{.what = "an include", .fields = include_fields, .extensions = false};

constexpr std::array file_fields = {
    text("version").ignored(),
    text("name"),
    objects("include", include_shape).items_also(kinds::text),
    object_map("services", service_shape).keyed(KeyPattern::name, true),
    object_map("networks", network_shape).items_also(kinds::null).keyed(KeyPattern::name, false),
    object_map("volumes", volume_shape).items_also(kinds::null).keyed(KeyPattern::name, true),
    object_map("secrets", secret_shape).keyed(KeyPattern::name, true),
    object_map("configs", config_shape).keyed(KeyPattern::name, true),
    object_map("models", model_shape).keyed(KeyPattern::name, false),
};

}  // namespace

constinit const Shape file_shape{"a stack file", file_fields};
constinit const Shape network_shape{"a network", network_fields};
constinit const Shape volume_shape{"a volume", volume_fields};
constinit const Shape secret_shape{"a secret", secret_fields};
constinit const Shape config_shape{"a config", config_fields};
constinit const Shape model_shape{"a model", model_fields};

const Field* Shape::find(std::string_view key) const {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.key == key; });
  return found == fields.end() ? nullptr : &*found;
}

bool is_extension(std::string_view key) {
  return starts_with(key, "x-");
}

}  // namespace stackd::compose
