// Requests and replies and their JSON, shared with stackctl. Names are stable and in snake_case; in a reply
// every field is always there, and what is absent is null. Readers ignore fields of a reply that they don't
// know (a newer stackd), but refuse those of a request: an order half understood must not be carried out.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "protocol/replies.h"
#include "protocol/requests.h"

namespace stackd::protocol {

/// {"error": {"kind", "message"}}: the body of every refusal, and the last line of a stream that broke.
json::value to_json(const Error& error);
/// The error in such a body, or nothing when it is none.
std::optional<Error> error_from_json(const json::value& body);

// Replies. Reading errors: invalid, with the path in the document.

json::value to_json(const StackStatus& status);
Result<StackStatus> stack_status_from_json(const json::value& body);

/// {"stacks": […]}
json::value to_json(const std::vector<StackStatus>& stacks);
Result<std::vector<StackStatus>> stacks_from_json(const json::value& body);

json::value to_json(const PlanReport& plan);
Result<PlanReport> plan_from_json(const json::value& body);

/// One attempt: kind, state, the release that it made and the one it found, cause and last words when it
/// did not become live; of one that did, the cause says by which answers it was verified. Without the
/// canonical text.
json::value to_json(const Deploy& deploy);
Result<Deploy> deploy_from_json(const json::value& body);

/// {"deploys": […]}, newest first
json::value to_json(const std::vector<Deploy>& deploys);
Result<std::vector<Deploy>> deploys_from_json(const json::value& body);

json::value to_json(const DeployProgress& progress);
Result<DeployProgress> progress_from_json(const json::value& line);

/// `configuration` is null when the release carries no canonical text.
json::value to_json(const Release& release);
Result<Release> release_from_json(const json::value& body);

/// {"releases": […]}
json::value to_json(const std::vector<Release>& releases);
Result<std::vector<Release>> releases_from_json(const json::value& body);

/// {"ways_back": […]}: `obstacle` is null when the release can be put back.
json::value to_json(const std::vector<WayBack>& ways);
Result<std::vector<WayBack>> ways_back_from_json(const json::value& body);

/// {"jobs": […]}: each run with its state, exit code (null until it ended) and last words.
json::value to_json(const std::vector<JobRun>& runs);
Result<std::vector<JobRun>> job_runs_from_json(const json::value& body);

json::value to_json(const LogLine& line);
Result<LogLine> log_line_from_json(const json::value& line);

json::value to_json(const JournalEntry& entry);
Result<JournalEntry> journal_entry_from_json(const json::value& line);

json::value to_json(const AdoptReport& report);
Result<AdoptReport> adopt_from_json(const json::value& body);

json::value to_json(const VersionReport& version);
Result<VersionReport> version_from_json(const json::value& body);

/// {"deploy_id"}
json::value deploy_accepted(const std::string& deploy_id);
Result<std::string> deploy_id_from_json(const json::value& body);

/// {"service", "sentences"}
json::value why_reply(const std::string& service, const std::vector<std::string>& sentences);
Result<std::vector<std::string>> why_from_json(const json::value& body);

/// {}: the order is on disk.
json::value order_accepted();

// Requests. The stack is named by the path, the user by the socket; neither is in the body.

json::value to_json(const DeployRequest& request);
/// Errors: invalid.
Result<DeployRequest> deploy_request_from_json(const json::value& body);

/// {"to", "force"}: `to` is null for the release that was live before.
json::value to_json(const RollbackRequest& request);
/// Errors: invalid.
Result<RollbackRequest> rollback_request_from_json(const json::value& body);

/// {"services"}
json::value to_json(const ServicesRequest& request);
Result<ServicesRequest> services_request_from_json(const json::value& body);

/// {"volumes"}
json::value to_json(const DownRequest& request);
Result<DownRequest> down_request_from_json(const json::value& body);

}  // namespace stackd::protocol
