#include "tests/gc_run.h"

#include <stdexcept>

#include "tests/paths.h"

namespace dregs {

nlohmann::json GcRun::finding(const std::string& kind) const {
  for (const nlohmann::json& each : report.at("findings"))
    if (each.at("kind") == kind) return each;
  return nullptr;
}

std::set<std::string> GcRun::removed(const std::string& kind) const {
  std::set<std::string> paths;
  for (const nlohmann::json& each : report.at("removals"))
    if (kind.empty() || each.at("kind") == kind)
      paths.insert(each.at("path").get<std::string>());
  return paths;
}

bool GcRun::pinned(const std::string& repository) const {
  for (const nlohmann::json& each : report.at("pinned"))
    if (each.at("repository") == repository) return true;
  return false;
}

std::string GcRun::refused() const {
  std::string reasons;
  for (const nlohmann::json& each : report.at("refused"))
    reasons += each.at("reason").get<std::string>() + "\n";
  return reasons;
}

GcRun run_gc(const StoreBuilder& store,
             const std::vector<std::string>& arguments,
             const std::vector<std::string>& starter) {
  std::vector<std::string> argv = starter;
  argv.insert(argv.end(), {kDregsProgram, "gc", "--json", "--list", "--root",
                           store.root().string()});
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  const ProgramResult result = run_program(argv);
  GcRun run;
  run.exit_code = result.exit_code;
  run.err = result.err;
  run.report = nlohmann::json::parse(result.out, nullptr, false);
  if (run.report.is_discarded())
    throw std::runtime_error("no JSON; stdout: " + result.out +
                             "; stderr: " + result.err);
  return run;
}

std::string in_root(const std::string& path_in_v2) {
  return "docker/registry/v2/" + path_in_v2;
}

}  // namespace dregs
