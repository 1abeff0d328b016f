// Does a command line start a registry? format.md#6.2. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dregs {

struct RegistryInvocation {
  bool collects = false;  // garbage-collect rather than serve
  bool dry_run = false;   // of garbage-collect
  // The program is called registry, not just anything with a `serve` command:
  // only then does a doubt about its configuration count.
  bool named_registry = false;
  std::optional<std::string> config;  // as written; none: the environment's
};

// `name` is the kernel's name of the process, which outlives a rewritten
// argument list.
std::optional<RegistryInvocation> parse_invocation(
    std::span<const std::string> arguments, std::string_view name);

}  // namespace dregs
