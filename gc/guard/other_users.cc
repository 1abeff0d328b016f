#include "gc/guard/other_users.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "gc/guard/disk_watch.h"
#include "scanner/formats/append.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

std::string in_words(const RegistryProcess& process) {
  return fmt::format("process {} ({})", process.pid,
                     escaped(process.command_line));
}

std::string described(const RegistryProcess& process) {
  return in_words(process) + ": " + process.detail;
}

}  // namespace

Finding finding_for(const RegistryProcess& process) {
  Finding finding;
  finding.kind = process.readonly ? FindingKind::registry_readonly
                                  : FindingKind::registry_running;
  finding.detail = fmt::format(
      "process {} ({}){}: {}", process.pid, escaped(process.command_line),
      process.certain ? "" : " may use this root", process.detail);
  if (process.readonly) {
    finding.detail += "; restart it afterwards, its cache is out of date";
    if (process.uses_redis) finding.detail += ", and flush its Redis";
  }
  return finding;
}

Refusal refusal_for(const RegistryProcess& process) {
  if (process.certain)
    return {"a registry uses this root: " + described(process),
            "stop it, or make it read-only and restart it afterwards"};
  return {"a registry may use this root: " + described(process),
          ::geteuid() == 0
              ? "stop it, or give it a configuration that dregs can read and "
                "restart it"
              : "run dregs as root, who can see which root that process "
                "serves, or stop it"};
}

Exclusivity look_for_registries(const ResolvedRoot& root) {
  Exclusivity result;
  result.processes = find_registry_processes(root);
  for (const RegistryProcess& process : result.processes) {
    result.findings.push_back(finding_for(process));
    if (!process.readonly) continue;
    result.staying.push_back(in_words(process));
    result.uses_redis |= process.uses_redis;
  }
  return result;
}

std::vector<Refusal> lock_out_others(const ResolvedRoot& root, int v2) {
  const int error = lock_exclusively(v2);
  if (error == 0) return {};
  if (error == EWOULDBLOCK)
    return {{"another dregs works on this root", "wait until it is done"}};
  return {
      {fmt::format("cannot lock {}: {}", root.directory, std::strerror(error)),
       "use a filesystem that supports flock"}};
}

Exclusivity make_exclusive(const ResolvedRoot& root, int v2) {
  Exclusivity result = look_for_registries(root);
  for (const RegistryProcess& process : result.processes)
    if (!process.readonly) result.refusals.push_back(refusal_for(process));
  append(result.refusals, lock_out_others(root, v2));
  return result;
}

}  // namespace dregs
