// `dregs retain --check`: whether a policy is right, in words or as JSON,
// schema dregs.retain-check/1. No registry is looked at, so the root is null.
#pragma once

#include <cstdint>
#include <string>

#include "cli/arguments/options.h"
#include "gc/context/exit_code.h"
#include "gc/rules/policy_file.h"

namespace dregs {

struct PolicyCheck {
  struct Error {
    std::string text;  // one line that names the place; empty: no error
    std::string why;   // the same without the place
    PolicyPlace place{};
  };

  std::string file;
  std::uint64_t rules = 0;
  std::uint64_t untagged_rules = 0;
  Error error{};  // the first: what comes behind it is not read
  double seconds = 0;
};

// On stdout; an error on stderr as well. Returns what to exit with.
ExitCode deliver(const PolicyCheck& check, const GlobalOptions& options);

}  // namespace dregs
