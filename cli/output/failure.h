// What a run that cannot have a report says instead.
#pragma once

#include <string>

#include "cli/arguments/options.h"

namespace dregs {

// `message` on stderr and, with --json, in a document of its own on stdout, in
// which `command` ("trash ls") is what was to be done. Throws nothing.
void report_failure(const Invocation& invocation, const std::string& command,
                    ExitCode code, const std::string& message);

// The same where the command line was not understood: no root was looked for.
void report_usage_error(const std::string& command, ExitCode code,
                        const std::string& message, bool json);

}  // namespace dregs
