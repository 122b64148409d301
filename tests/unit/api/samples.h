// Replies and requests with something in every field.
#pragma once

#include <string>

#include "daemon/control.h"

namespace stackd::testing {

/// Ends the test program when the text is no moment.
WallTime moment(const std::string& text);

/// The stack "shop" of postgres (ready), migrate (failed) and web (waiting for it), in the middle of a
/// deploy.
protocol::StackStatus sample_status();
Deploy sample_deploy();
Release sample_release();
JobRun sample_job_run();
protocol::PlanReport sample_plan();
protocol::DeployProgress sample_progress();
protocol::LogLine sample_log_line();
JournalEntry sample_event();
protocol::DeployRequest sample_deploy_request();

}  // namespace stackd::testing
