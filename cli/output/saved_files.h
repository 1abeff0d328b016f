// Files that a run writes beside its report: metrics, a plan, a page.
#pragma once

#include <functional>
#include <string>

#include "gc/context/exit_code.h"

namespace dregs {

// Runs `save`. What cannot be written costs no report, and is no success: then
// stderr and `error` say why, and `code` is could_not_run or what was worse.
// Returns whether it is written.
bool save_beside_report(const std::function<void()>& save, std::string& error,
                        ExitCode& code);

// Empty where there is none.
std::string text_before(const std::string& file);

}  // namespace dregs
