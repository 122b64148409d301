#include <array>

#include "compose/canonical/schema_fields.h"

namespace stackd::compose {

namespace {

using namespace fields;

constexpr std::array mount_reference_fields = {
    text("source"),
    text("target"),
    text("uid"),
    text("gid"),
    Field{
        .key = "mode", .form = Form::file_mode, .accepts = kinds::number | kinds::text, .presence = written},
};
constexpr Shape mount_reference_shape{"a mount of a secret or config", mount_reference_fields};

constexpr std::array build_fields = {
    text("context"),
    text("dockerfile"),
    text("dockerfile_inline"),
    texts("entitlements"),
    pairs("args", Form::environment),
    text("provenance").also(kinds::boolean),
    text("sbom").also(kinds::boolean),
    pairs("ssh", Form::ssh),
    pairs("labels", Form::labels),
    texts("cache_from"),
    texts("cache_to"),
    flag("no_cache"),
    pairs("additional_contexts", Form::labels),
    flag("pull"),
    hosts("extra_hosts"),
    text("isolation"),
    text("network"),
    text("target"),
    mounts("secrets", mount_reference_shape),
    size("shm_size"),
    texts("tags"),
    ulimits(),
    texts("platforms"),
    flag("privileged"),
};
constexpr Shape build_shape{"a build", build_fields};

constexpr std::array hook_fields = {
    command("command").needed(),
    text("user"),
    flag("privileged"),
    text("working_dir"),
    pairs("environment", Form::environment),
};
constexpr Shape hook_shape{"a hook", hook_fields};

constexpr std::array pre_start_fields = {
    command("command").needed(), text("image"),       text("user"),
    flag("privileged"),          text("working_dir"), pairs("environment", Form::environment),
    flag("per_replica"),
};
constexpr Shape pre_start_shape{"a pre_start hook", pre_start_fields};

constexpr std::array watch_fields = {
    text("path").needed().shown(always),
    text("action").needed().shown(always).one_of("rebuild|sync|restart|sync+restart|sync+exec"),
    text("target"),
    object("exec", hook_shape).shown(always),
    text_or_list("include"),
    text_or_list("ignore"),
    strict_flag("initial_sync"),
};
constexpr Shape watch_shape{"a watch rule", watch_fields};
constexpr std::array develop_fields = {objects("watch", watch_shape)};
constexpr Shape develop_shape{"develop", develop_fields};

constexpr std::array blkio_limit_fields = {text("path").shown(always), size("rate").shown(always)};
constexpr Shape blkio_limit_shape{
    .what = "a device limit", .fields = blkio_limit_fields, .extensions = false};
constexpr std::array blkio_weight_fields = {text("path").shown(always),
                                            whole_unsigned("weight").shown(always)};
constexpr Shape blkio_weight_shape{
    .what = "a device weight", .fields = blkio_weight_fields, .extensions = false};
constexpr std::array blkio_fields = {
    whole_unsigned("weight"),
    objects("weight_device", blkio_weight_shape),
    objects("device_read_bps", blkio_limit_shape),
    objects("device_read_iops", blkio_limit_shape),
    objects("device_write_bps", blkio_limit_shape),
    objects("device_write_iops", blkio_limit_shape),
};
constexpr Shape blkio_shape{.what = "blkio_config", .fields = blkio_fields, .extensions = false};

constexpr std::array credential_spec_fields = {text("config"), text("file"), text("registry")};
constexpr Shape credential_spec_shape{"credential_spec", credential_spec_fields};

constexpr std::array dependency_fields = {
    text("condition").needed().one_of("service_started|service_healthy|service_completed_successfully"),
    flag("restart"),
    strict_flag("required").shown(always),
};
constexpr Shape dependency_shape{"a dependency", dependency_fields};

constexpr std::array update_fields = {
    whole_unsigned("parallelism").shown(written),
    span("delay"),
    text("failure_action"),
    span("monitor"),
    real32("max_failure_ratio"),
    text("order").one_of("start-first|stop-first"),
};
constexpr Shape update_shape{"an update configuration", update_fields};

constexpr std::array device_request_fields = {
    texts("capabilities").distinct().needed(),
    text("driver"),
    Field{.key = "count", .form = Form::device_count, .accepts = kinds::text | kinds::integer},
    texts("device_ids").distinct(),
    pairs("options", Form::labels),
};
constexpr Shape device_request_shape{"a device request", device_request_fields};

constexpr std::array gpu_fields = {
    texts("capabilities").distinct(),
    text("driver"),
    Field{.key = "count", .form = Form::device_count, .accepts = kinds::text | kinds::integer},
    texts("device_ids").distinct(),
    pairs("options", Form::labels),
};
constexpr Shape gpu_shape{.what = "a GPU request", .fields = gpu_fields, .open = true};

constexpr std::array discrete_fields = {text("kind").shown(always), number("value").shown(always)};
constexpr Shape discrete_shape{"a discrete resource", discrete_fields};
constexpr std::array generic_fields = {object("discrete_resource_spec", discrete_shape)};
constexpr Shape generic_shape{"a generic resource", generic_fields};

constexpr Field resource_cpus() {
  return {.key = "cpus", .form = Form::cpus, .accepts = kinds::number | kinds::text};
}
constexpr std::array limits_fields = {resource_cpus(), size("memory").only(kinds::text), whole("pids")};
constexpr Shape limits_shape{"limits", limits_fields};
constexpr std::array reservations_fields = {
    resource_cpus(),
    size("memory").only(kinds::text),
    objects("devices", device_request_shape),
    objects("generic_resources", generic_shape),
};
constexpr Shape reservations_shape{"reservations", reservations_fields};
constexpr std::array resources_fields = {object("limits", limits_shape),
                                         object("reservations", reservations_shape)};
constexpr Shape resources_shape{"resources", resources_fields};

constexpr std::array restart_policy_fields = {
    text("condition"),
    span("delay").shown(written),
    whole_unsigned("max_attempts").shown(written),
    span("window").shown(written),
};
constexpr Shape restart_policy_shape{"a restart policy", restart_policy_fields};

constexpr std::array preference_fields = {text("spread")};
constexpr Shape preference_shape{"a placement preference", preference_fields};
constexpr std::array placement_fields = {
    texts("constraints"),
    objects("preferences", preference_shape),
    whole_unsigned("max_replicas_per_node"),
};
constexpr Shape placement_shape{"placement", placement_fields};

constexpr std::array deploy_fields = {
    text("mode"),
    whole("replicas").shown(written),
    pairs("labels", Form::labels),
    object("update_config", update_shape),
    object("rollback_config", update_shape),
    object("resources", resources_shape).shown(always),
    object("restart_policy", restart_policy_shape),
    object("placement", placement_shape).shown(always),
    text("endpoint_mode"),
};
constexpr Shape deploy_shape{"deploy", deploy_fields};

constexpr std::array device_fields = {text("source").needed(), text("target"), text("permissions")};
constexpr Shape device_shape{"a device", device_fields};

constexpr std::array provider_fields = {
    text("type").needed(),
    options("options", Form::multi_options, kinds::text | kinds::number | kinds::boolean | kinds::list),
};
constexpr Shape provider_shape{"a provider", provider_fields};

constexpr std::array env_file_fields = {
    text("path").needed(),
    flag("required").shown(always),
    text("format"),
};
constexpr Shape env_file_shape{.what = "an env_file", .fields = env_file_fields, .extensions = false};

constexpr std::array extends_fields = {text("file"), text("service").needed()};
constexpr Shape extends_shape{.what = "extends", .fields = extends_fields, .extensions = false};

constexpr std::array healthcheck_fields = {
    texts("test").also(kinds::text).with_form(Form::health_test),
    span("timeout").shown(written),
    span("interval").shown(written),
    Field{.key = "retries",
          .form = Form::unsigned_number,
          .accepts = kinds::number | kinds::text,
          .presence = written},
    span("start_period").shown(written),
    span("start_interval").shown(written),
    flag("disable"),
};
constexpr Shape healthcheck_shape{"a health check", healthcheck_fields};

constexpr std::array logging_fields = {
    text("driver"),
    options("options", Form::options, kinds::text | kinds::number | kinds::null),
};
constexpr Shape logging_shape{"logging", logging_fields};

constexpr std::array service_model_fields = {text("endpoint_var"), text("model_var")};
constexpr Shape service_model_shape{"a model of a service", service_model_fields};

constexpr std::array service_network_fields = {
    texts("aliases").distinct(),
    options("driver_opts", Form::options, kinds::text | kinds::number),
    number("gw_priority").only(kinds::number),
    text("interface_name"),
    text("ipv4_address"),
    text("ipv6_address"),
    texts("link_local_ips").distinct(),
    text("mac_address"),
    number("priority").only(kinds::number),
};
constexpr Shape service_network_shape{"a network of a service", service_network_fields};

constexpr std::array port_fields = {
    text("name"),
    text("mode"),
    text("host_ip"),
    Field{.key = "target", .form = Form::unsigned_number, .accepts = kinds::integer | kinds::text},
    text("published").also(kinds::integer),
    text("protocol"),
    text("app_protocol"),
};
constexpr Shape port_shape{"a port", port_fields};

constexpr std::array bind_fields = {
    text("selinux").one_of("z|Z"),
    text("propagation"),
    flag("create_host_path").shown(written),
    text("recursive").one_of("enabled|disabled|writable|readonly"),
};
constexpr Shape bind_shape{"bind options", bind_fields};
constexpr std::array mount_volume_fields = {pairs("labels", Form::labels), flag("nocopy"), text("subpath")};
constexpr Shape mount_volume_shape{"volume options", mount_volume_fields};
constexpr std::array mount_tmpfs_fields = {
    size("size").between(0),
    Field{.key = "mode", .form = Form::unsigned_number, .accepts = kinds::number | kinds::text},
};
constexpr Shape mount_tmpfs_shape{"tmpfs options", mount_tmpfs_fields};
constexpr std::array mount_image_fields = {text("subpath")};
constexpr Shape mount_image_shape{"image options", mount_image_fields};
constexpr std::array mount_fields = {
    text("type").needed().one_of("bind|volume|tmpfs|cluster|npipe|image"),
    text("source"),
    text("target"),
    flag("read_only"),
    text("consistency"),
    object("bind", bind_shape),
    object("volume", mount_volume_shape),
    object("tmpfs", mount_tmpfs_shape),
    object("image", mount_image_shape),
};
constexpr Shape mount_shape{"a mount", mount_fields};

constexpr std::array service_fields = {
    texts("profiles").distinct(),
    pairs("annotations", Form::labels),
    flag("attach").shown(written),
    object("build", build_shape).also(kinds::text),
    object("develop", develop_shape).also(kinds::null),
    object("blkio_config", blkio_shape),
    texts("cap_add").distinct(),
    texts("cap_drop").distinct(),
    text("cgroup_parent"),
    text("cgroup").one_of("host|private"),
    whole("cpu_count").between(0),
    real32("cpu_percent").only(kinds::integer | kinds::text).between(0, 100),
    number("cpu_period"),
    number("cpu_quota"),
    number("cpu_rt_period"),
    number("cpu_rt_runtime"),
    real32("cpus"),
    text("cpuset"),
    number("cpu_shares"),
    command("command"),
    mounts("configs", mount_reference_shape),
    text("container_name").like("container_name"),
    object("credential_spec", credential_spec_shape),
    object_map("depends_on", dependency_shape).also(kinds::list).keyed(KeyPattern::name, true),
    object("deploy", deploy_shape).also(kinds::null),
    texts("device_cgroup_rules").distinct(),
    objects("devices", device_shape).items_also(kinds::text),
    text_or_list("dns"),
    texts("dns_opt").distinct(),
    text_or_list("dns_search"),
    text("domainname"),
    command("entrypoint"),
    object("provider", provider_shape),
    pairs("environment", Form::environment),
    objects("env_file", env_file_shape).also(kinds::text).items_also(kinds::text),
    texts("expose").items_also(kinds::number).distinct(),
    object("extends", extends_shape).also(kinds::text),
    texts("external_links").distinct(),
    hosts("extra_hosts"),
    texts("group_add").items_also(kinds::number).distinct(),
    objects("gpus", gpu_shape).also(kinds::text).one_of("all"),
    text("hostname"),
    object("healthcheck", healthcheck_shape),
    text("image"),
    flag("init").shown(written),
    text("ipc"),
    text("isolation"),
    pairs("labels", Form::labels),
    texts("label_file").also(kinds::text),
    texts("links").distinct(),
    object("logging", logging_shape),
    size("mem_limit").also(kinds::real),
    size("mem_reservation"),
    size("memswap_limit").also(kinds::real),
    size("mem_swappiness"),
    text("mac_address"),
    object_map("models", service_model_shape)
        .also(kinds::list)
        .items_also(kinds::null)
        .keyed(KeyPattern::name, false),
    text("network_mode"),
    object_map("networks", service_network_shape)
        .also(kinds::list)
        .items_also(kinds::null)
        .keyed(KeyPattern::name, true),
    flag("oom_kill_disable"),
    whole("oom_score_adj").between(-1000, 1000),
    text("pid").also(kinds::null),
    number("pids_limit"),
    text("platform"),
    objects("ports", port_shape).items_also(kinds::number | kinds::text).distinct(),
    flag("privileged"),
    text("pull_policy").like("pull_policy"),
    text("pull_refresh_after").ignored(),
    flag("read_only"),
    text("restart"),
    text("runtime"),
    whole("scale").shown(written),
    mounts("secrets", mount_reference_shape),
    texts("security_opt").distinct(),
    size("shm_size").also(kinds::real),
    flag("stdin_open"),
    span("stop_grace_period").shown(written),
    text("stop_signal"),
    options("storage_opt", Form::text_map, kinds::scalar | kinds::list | kinds::map),
    pairs("sysctls", Form::labels),
    text_or_list("tmpfs"),
    flag("tty"),
    ulimits(),
    strict_flag("use_api_socket"),
    text("user"),
    text("userns_mode"),
    text("uts"),
    objects("volumes", mount_shape).items_also(kinds::text).distinct(),
    texts("volumes_from").distinct(),
    text("working_dir"),
    objects("pre_start", pre_start_shape),
    objects("post_start", hook_shape),
    objects("pre_stop", hook_shape),
};

}  // namespace

constinit const Shape service_shape{"a service", service_fields};

}  // namespace stackd::compose
