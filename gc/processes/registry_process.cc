#include "gc/processes/registry_process.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "gc/processes/landmarks.h"
#include "gc/processes/mount_reach.h"
#include "gc/processes/open_files.h"
#include "gc/processes/process_config.h"
#include "gc/processes/process_list.h"
#include "gc/processes/process_view.h"
#include "gc/processes/registry_invocation.h"

namespace dregs {
namespace {

// v2, and what of it operators keep elsewhere, behind symbolic links.
std::vector<std::string> folders_of(const ResolvedRoot& root) {
  std::vector<std::string> folders = {root.directory};
  for (const char* below : {"/blobs", "/blobs/sha256", "/repositories"}) {
    std::error_code error;
    const auto real = std::filesystem::canonical(root.directory + below, error);
    if (!error) folders.push_back(real.string());
  }
  return folders;
}

// What processes are compared with.
struct Ours {
  Ours(const ResolvedRoot& of, const std::string& proc_folder)
      : root(of),
        proc(proc_folder),
        folders(folders_of(of)),
        landmarks(of),
        ancestors(ancestors_of_this_process(proc_folder)) {}

  const ResolvedRoot& root;
  const std::string& proc;
  std::vector<std::string> folders;
  Landmarks landmarks;
  std::vector<pid_t> ancestors;
};

// Read-only does not keep a pull-through cache from filling itself.
bool writes_nothing(const RegistryInvocation& invocation,
                    const ProcessConfig& with) {
  return invocation.collects
             ? invocation.dry_run
             : with.config.readonly && !with.config.proxy && !with.changed;
}

// Returns none where its root is not ours. Throws ProcessDoubt.
std::optional<RegistryProcess> by_configuration(
    const Ours& ours, const ProcessView& process,
    const RegistryInvocation& invocation) {
  const std::optional<ProcessConfig> with = config_of(process, invocation);
  if (!with) return std::nullopt;
  const RegistryConfig& config = with->config;
  const Match match = ours.landmarks.compare(process, config.root_directory);
  if (match == Match::unknown)
    throw ProcessDoubt(fmt::format("its root {} cannot be told from this one",
                                   config.root_directory));
  if (match == Match::no && with->changed)
    throw ProcessDoubt("its configuration changed after it started");
  if (match == Match::no) return std::nullopt;

  RegistryProcess found;
  found.root = process.absolute(config.root_directory);
  found.collects = invocation.collects;
  found.readonly = writes_nothing(invocation, *with);
  found.uses_redis = config.uses_redis;
  found.certain = true;
  found.detail = fmt::format(
      "{} {}", invocation.collects ? "collects" : "serves", found.root);
  if (config.readonly && with->changed)
    found.detail +=
        "; read-only only since its configuration changed, after it started";
  return found;
}

bool could_reach(const Ours& ours, const ProcessView& process) {
  const ProcRead our_mounts = ProcessView(ours.proc, getpid()).mounts();
  const ProcRead theirs = process.mounts();
  const std::vector<std::string> directories = ours.root.directories();
  return std::any_of(directories.begin(), directories.end(),
                     [&](const std::string& directory) {
                       return may_reach(our_mounts.bytes, theirs.bytes,
                                        directory);
                     });
}

// Whether the files that it has open say so. An idle one has none.
bool serves_elsewhere(const Ours& ours, const ProcessView& process) {
  const std::vector<std::string> roots = roots_of_open_files(process);
  return !roots.empty() &&
         std::all_of(roots.begin(), roots.end(), [&](const std::string& root) {
           return ours.landmarks.compare(process, root) == Match::no;
         });
}

std::optional<RegistryProcess> presume(const Ours& ours,
                                       const ProcessView& process,
                                       const RegistryInvocation& invocation,
                                       const ProcessDoubt& doubt) {
  // A dry run writes nothing, whatever its root.
  if (invocation.dry_run) return std::nullopt;
  if (!invocation.named_registry || !could_reach(ours, process) ||
      serves_elsewhere(ours, process))
    return std::nullopt;
  RegistryProcess found;
  found.collects = invocation.collects;
  found.detail = doubt.what();
  return found;
}

std::optional<RegistryProcess> by_invocation(
    const Ours& ours, const ProcessView& process,
    const std::vector<std::string>& arguments) {
  const auto invocation = parse_invocation(arguments, process.name());
  if (!invocation) return std::nullopt;
  // It waits for us: `sudo registry garbage-collect` where that is dregs.
  if (invocation->collects &&
      std::ranges::find(ours.ancestors, process.pid()) != ours.ancestors.end())
    return std::nullopt;
  try {
    return by_configuration(ours, process, *invocation);
  } catch (const ProcessDoubt& doubt) {
    return presume(ours, process, *invocation, doubt);
  }
}

void add_open_file(const Ours& ours, const ProcessView& process,
                   std::optional<RegistryProcess>& found) {
  const auto file = file_open_for_writing(process, ours.folders);
  if (!file) return;
  if (!found) found.emplace();
  found->readonly = false;
  found->certain = true;
  found->detail = fmt::format("has {} open for writing", *file);
}

std::optional<RegistryProcess> examine(const Ours& ours, pid_t pid) {
  const ProcessView process(ours.proc, pid);
  const std::vector<std::string> arguments = process.arguments();
  if (pid == getpid() || arguments.empty()) return std::nullopt;
  auto found = by_invocation(ours, process, arguments);
  if (!found || found->readonly) add_open_file(ours, process, found);
  if (!found || !process.alive()) return std::nullopt;
  found->pid = pid;
  found->command_line = printable(fmt::to_string(fmt::join(arguments, " ")));
  found->detail = printable(found->detail);
  return found;
}

}  // namespace

std::vector<RegistryProcess> find_registry_processes(const ResolvedRoot& root,
                                                     const std::string& proc) {
  const Ours ours(root, proc);
  std::vector<RegistryProcess> found;
  for (pid_t pid : all_processes(proc))
    if (auto process = examine(ours, pid)) found.push_back(*process);
  return found;
}

}  // namespace dregs
