// Gauges in Prometheus' text format, whose names begin with those of a command.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gc/context/exit_code.h"
#include "scanner/inventory/finding.h"

namespace dregs {

// Not for several threads at a time.
class Gauges {
 public:
  // `prefix` as in "dregs_gc".
  explicit Gauges(std::string prefix) : prefix_(std::move(prefix)) {}

  void add(std::string_view name, std::string_view help, double value);

  // One sample for each value of the label, which may be any bytes.
  using Samples = std::vector<std::pair<std::string_view, std::uint64_t>>;
  void add(std::string_view name, std::string_view help, std::string_view label,
           const Samples& samples);

  // What every run tells: when it was, how it ended and how long it took.
  struct Run {
    std::string_view command;  // "gc"
    std::int64_t now_s = 0;    // since epoch
    ExitCode exit_code{};
    double seconds = 0;
    bool dry_run = false;

    bool succeeded() const;  // and removed what was to go
  };
  void add_end(const Run& run);
  // The same of a command that removes, with whether it only looked.
  void add_run(const Run& run);

  void add_findings(const std::vector<Finding>& findings);

  // The time of the last success; where this run was none, that in `before`,
  // which the file held.
  void add_last_success(const Run& run, const std::string& before);

  const std::string& text() const { return text_; }

 private:
  void head(const std::string& name, std::string_view help);

  std::string prefix_;
  std::string text_;
};

}  // namespace dregs
