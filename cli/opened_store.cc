#include "cli/opened_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/text.h"
#include "gc/exclusive.h"
#include "scanner/layout.h"
#include "scanner/path_below.h"

namespace dregs {
namespace {

// Where v2 is in the root that a server knows; a symbolic link on the way to
// it does not change that.
std::string inside(const ResolvedRoot& root) {
  if (root.directory == root.rootdirectory) return {};
  return std::string(layout::kInsideRoot) + "/";
}

bool is_in_its_place(const ResolvedRoot& root) {
  return path_below(root.directory, root.rootdirectory) == layout::kInsideRoot;
}

std::string in_words(const RegistryProcess& process) {
  return fmt::format("process {} ({})", process.pid,
                     escaped(process.command_line));
}

std::string described(const RegistryProcess& process) {
  return in_words(process) + ": " + process.detail;
}

}  // namespace

std::string OpenedStore::shown(const std::string& path) const {
  if (!path.starts_with("../")) return inside_root + path;
  const std::string from =
      is_in_its_place(root) ? inside_root : root.directory + "/";
  return std::filesystem::path(from + path).lexically_normal().string();
}

RootRequest root_request(const GlobalOptions& options) {
  RootRequest request;
  request.root = options.root;
  request.config = options.config;
  request.environment = own_environment();
  return request;
}

OpenedStore open_store(const GlobalOptions& options) {
  OpenedStore store;
  store.root = resolve_root(root_request(options));
  store.inside_root = inside(store.root);
  store.proxy_cache = (store.root.config && store.root.config->proxy) ||
                      look_around(store.root.rootdirectory).proxy_cache;
  store.v2 = open_folder(AT_FDCWD, store.root.directory);
  if (!store.v2)
    throw RootError(
        fmt::format("{}: {}; run dregs as root or as the "
                    "registry's user",
                    store.root.directory, std::strerror(errno)));
  return store;
}

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

Exclusivity look_for_registries(const OpenedStore& store) {
  Exclusivity result;
  result.processes = find_registry_processes(store.root);
  for (const RegistryProcess& process : result.processes) {
    result.findings.push_back(finding_for(process));
    if (!process.readonly) continue;
    result.staying.push_back(in_words(process));
    result.uses_redis |= process.uses_redis;
  }
  return result;
}

Exclusivity make_exclusive(const OpenedStore& store) {
  Exclusivity result = look_for_registries(store);
  for (const RegistryProcess& process : result.processes)
    if (!process.readonly) result.refusals.push_back(refusal_for(process));
  const int error = lock_exclusively(store.v2.get());
  if (error == EWOULDBLOCK)
    result.refusals.push_back(
        {"another dregs works on this root", "wait until it is done"});
  else if (error != 0)
    result.refusals.push_back(
        {fmt::format("cannot lock {}: {}", store.root.directory,
                     std::strerror(error)),
         "use a filesystem that supports flock"});
  return result;
}

std::uint64_t root_inode(const OpenedStore& store) {
  FileStatus status;
  if (const int error = descriptor_status(store.v2.get(), status))
    throw std::runtime_error(
        fmt::format("cannot look at the root: {}", std::strerror(error)));
  return status.inode;
}

}  // namespace dregs
