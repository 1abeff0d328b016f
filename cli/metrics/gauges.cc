#include "cli/metrics/gauges.h"

#include <fmt/format.h>

#include <algorithm>

#include "scanner/formats/escaped.h"

namespace dregs {
namespace {

// "NAME VALUE\n" as it was; empty where there was none.
std::string line_before(const std::string& before, const std::string& name) {
  const std::string line = "\n" + name + " ";
  const std::size_t at = before.find(line);
  if (at == std::string::npos) return {};
  const std::size_t end = before.find('\n', at + 1);
  if (end == std::string::npos) return {};
  return before.substr(at + 1, end - at);
}

// As the text format has it: UTF-8, with three characters escaped.
std::string label_text(std::string_view value) {
  std::string text;
  for (const char c : utf8(value))
    if (c == '\n')
      text += "\\n";
    else if (c == '"' || c == '\\')
      text += {'\\', c};
    else
      text += c;
  return text;
}

}  // namespace

void Gauges::head(const std::string& name, std::string_view help) {
  text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
}

void Gauges::add(std::string_view name, std::string_view help, double value) {
  const std::string full = fmt::format("{}_{}", prefix_, name);
  head(full, help);
  text_ += fmt::format("{} {}\n", full, value);
}

void Gauges::add(std::string_view name, std::string_view help,
                 std::string_view label, const Samples& samples) {
  const std::string full = fmt::format("{}_{}", prefix_, name);
  head(full, help);
  for (const auto& [value, count] : samples)
    text_ += fmt::format("{}{{{}=\"{}\"}} {}\n", full, label, label_text(value),
                         count);
}

void Gauges::add_findings(const std::vector<Finding>& findings) {
  Samples samples;
  for (const Severity severity :
       {Severity::error, Severity::warning, Severity::note})
    samples.emplace_back(to_string(severity),
                         std::count_if(findings.begin(), findings.end(),
                                       [&](const Finding& finding) {
                                         return finding.severity() == severity;
                                       }));
  add("findings", "What is wrong, by severity.", "severity", samples);
}

bool Gauges::Run::succeeded() const {
  return !dry_run &&
         (exit_code == ExitCode::done || exit_code == ExitCode::problems);
}

void Gauges::add_end(const Run& run) {
  add("last_run_timestamp_seconds",
      fmt::format("When dregs {} ran last.", run.command),
      static_cast<double>(run.now_s));
  add("exit_code", "How the last run ended.",
      static_cast<double>(run.exit_code));
  add("seconds", "How long it took.", run.seconds);
}

void Gauges::add_run(const Run& run) {
  add_end(run);
  add("dry_run", "Whether it only looked.", run.dry_run ? 1 : 0);
}

void Gauges::add_last_success(const Run& run, const std::string& before) {
  const std::string name =
      fmt::format("{}_last_success_timestamp_seconds", prefix_);
  const std::string line = run.succeeded()
                               ? fmt::format("{} {}\n", name, run.now_s)
                               : line_before(before, name);
  if (line.empty()) return;
  head(name, "When one that was no dry run ended well last.");
  text_ += line;
}

}  // namespace dregs
