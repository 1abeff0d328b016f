// Gauges in Prometheus' text format, whose names begin with those of a command.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/inventory/finding.h"

namespace dregs {

// Not for several threads at a time.
class Gauges {
 public:
  // `prefix` as in "dregs_gc".
  explicit Gauges(std::string prefix) : prefix_(std::move(prefix)) {}

  void add(std::string_view name, std::string_view help, double value);

  // One sample for each value of the label.
  using Samples = std::vector<std::pair<std::string_view, std::uint64_t>>;
  void add(std::string_view name, std::string_view help, std::string_view label,
           const Samples& samples);

  void add_findings(const std::vector<Finding>& findings);

  // The time of a success, in seconds since epoch. Without one it stays as it
  // was in `before`, what the file held.
  void add_last_success(bool succeeded, std::int64_t now_s,
                        const std::string& before);

  const std::string& text() const { return text_; }

 private:
  void head(const std::string& name, std::string_view help);

  std::string prefix_;
  std::string text_;
};

}  // namespace dregs
