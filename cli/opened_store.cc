#include "cli/opened_store.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/text.h"
#include "gc/exclusive.h"
#include "gc/registry_process.h"
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

Finding finding_for(const RegistryProcess& process) {
  Finding finding;
  finding.kind = process.readonly ? FindingKind::registry_readonly
                                  : FindingKind::registry_running;
  finding.detail = fmt::format("process {} ({}): {}", process.pid,
                               escaped(process.command_line), process.detail);
  if (process.readonly) {
    finding.detail += "; restart it afterwards, its cache is out of date";
    if (process.uses_redis) finding.detail += ", and flush its Redis";
  }
  return finding;
}

}  // namespace

std::string OpenedStore::shown(const std::string& path) const {
  if (!path.starts_with("../")) return inside_root + path;
  const std::string from =
      is_in_its_place(root) ? inside_root : root.directory + "/";
  return std::filesystem::path(from + path).lexically_normal().string();
}

OpenedStore open_store(const GlobalOptions& options) {
  OpenedStore store;
  RootRequest request;
  request.root = options.root;
  request.config = options.config;
  request.environment = own_environment();
  store.root = resolve_root(request);
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

Exclusivity look_for_registries(const OpenedStore& store) {
  Exclusivity result;
  for (const RegistryProcess& process : find_registry_processes(store.root))
    result.findings.push_back(finding_for(process));
  return result;
}

Exclusivity make_exclusive(const OpenedStore& store) {
  Exclusivity result = look_for_registries(store);
  for (const Finding& finding : result.findings)
    if (finding.kind == FindingKind::registry_running)
      result.refusals.push_back(
          {"a registry uses this root: " + finding.detail,
           "stop it, or make it read-only and restart it afterwards"});
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
