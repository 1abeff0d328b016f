// Exit codes (promises.md#exit-codes). Scripts rely on them.
#pragma once

#include <array>
#include <string_view>

namespace dregs {

enum class ExitCode : int {
  done = 0,
  problems = 1,
  could_not_run = 2,
  refused = 3,
  stopped = 4,
  interrupted = 130,
  terminated = 143,
};

struct ExitCodeRow {
  ExitCode code{};
  std::string_view meaning;
};

inline constexpr std::array<ExitCodeRow, 7> kExitCodes = {{
    {ExitCode::done, "done, nothing wrong"},
    {ExitCode::problems, "done, but something is corrupt, missing or pinned"},
    {ExitCode::could_not_run,
     "could not run: usage, configuration, no such root, no permission"},
    {ExitCode::refused, "refused for safety; nothing was deleted"},
    {ExitCode::stopped,
     "stopped part way: removals failed, or the deadline came"},
    {ExitCode::interrupted, "interrupted (SIGINT); the store is consistent"},
    {ExitCode::terminated, "terminated (SIGTERM); the store is consistent"},
}};

}  // namespace dregs
