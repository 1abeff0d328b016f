#include "gc/processes/registry_process.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "gc/processes/landmarks.h"
#include "gc/processes/mount_reach.h"
#include "gc/processes/open_files.h"
#include "gc/processes/process_view.h"
#include "gc/processes/registry_invocation.h"
#include "scanner/disk/config_file.h"
#include "scanner/files/descriptor.h"
#include "scanner/files/listing.h"

namespace dregs {
namespace {

struct Doubt : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The registry may have been started by a script that wrote its configuration
// first, in the same process: not every younger configuration is a new one.
constexpr auto kStartTakesAtMost = std::chrono::seconds(10);

std::optional<std::string> variable(const std::vector<std::string>& environment,
                                    std::string_view name) {
  for (const std::string& entry : environment)
    if (entry.starts_with(name) && entry.substr(name.size()).starts_with('='))
      return entry.substr(name.size() + 1);
  return std::nullopt;
}

bool changed_since_start(const ProcessView& process, const std::string& file) {
  struct stat status {};
  const auto started = process.started();
  if (!started || stat(file.c_str(), &status) != 0) return false;
  // Not the time of modification, which whoever copies a file may set.
  const auto changed =
      std::chrono::system_clock::from_time_t(status.st_ctim.tv_sec);
  return changed > *started + kStartTakesAtMost;
}

class Search {
 public:
  Search(const ResolvedRoot& root, const std::string& proc)
      : root_(root),
        proc_(proc),
        folders_(folders_of(root)),
        landmarks_(root),
        ancestors_(find_ancestors(proc)) {}

  std::optional<RegistryProcess> examine(pid_t pid) const {
    const ProcessView process(proc_, pid);
    const std::vector<std::string> arguments = process.arguments();
    if (pid == getpid() || arguments.empty()) return std::nullopt;
    auto found = by_invocation(process, arguments);
    if (!found || found->readonly) by_open_files(process, found);
    if (!found || !process.alive()) return std::nullopt;
    found->pid = pid;
    found->command_line = printable(fmt::to_string(fmt::join(arguments, " ")));
    found->detail = printable(found->detail);
    return found;
  }

 private:
  // v2, and what of it operators keep elsewhere, behind symbolic links.
  static std::vector<std::string> folders_of(const ResolvedRoot& root) {
    std::vector<std::string> folders = {root.directory};
    for (const char* below : {"/blobs", "/blobs/sha256", "/repositories"}) {
      std::error_code error;
      const auto real =
          std::filesystem::canonical(root.directory + below, error);
      if (!error) folders.push_back(real.string());
    }
    return folders;
  }

  static std::vector<pid_t> find_ancestors(const std::string& proc) {
    std::vector<pid_t> ancestors;
    auto parent = ProcessView(proc, getpid()).parent();
    while (parent && *parent > 1 && ancestors.size() < 100) {
      ancestors.push_back(*parent);
      parent = ProcessView(proc, *parent).parent();
    }
    return ancestors;
  }

  bool is_ancestor(pid_t pid) const {
    return std::find(ancestors_.begin(), ancestors_.end(), pid) !=
           ancestors_.end();
  }

  std::optional<RegistryProcess> by_invocation(
      const ProcessView& process,
      const std::vector<std::string>& arguments) const {
    const auto invocation = parse_invocation(arguments, process.name());
    if (!invocation) return std::nullopt;
    // It waits for us: `sudo registry garbage-collect` where that is dregs.
    if (invocation->collects && is_ancestor(process.pid())) return std::nullopt;
    try {
      return by_configuration(process, *invocation);
    } catch (const Doubt& doubt) {
      return presume(process, *invocation, doubt);
    }
  }

  std::optional<RegistryProcess> by_configuration(
      const ProcessView& process, const RegistryInvocation& invocation) const {
    const ProcRead read = process.environment();
    if (read.error != 0)
      throw Doubt(fmt::format("its environment cannot be read: {}",
                              std::strerror(read.error)));
    const std::vector<std::string> environment = split_at_zeros(read.bytes);
    const auto file =
        invocation.config
            ? invocation.config
            : variable(environment, "REGISTRY_CONFIGURATION_PATH");
    if (!file || file->empty())
      return std::nullopt;  // a registry without one ends at once
    const ProcPath path = process.open_path(*file);
    if (path.error != 0)
      throw Doubt(fmt::format("its configuration {} cannot be read: {}", *file,
                              std::strerror(path.error)));
    const auto config = load(path.path, environment, *file);
    if (!config) return std::nullopt;
    return compare(process, invocation, *config,
                   changed_since_start(process, path.path));
  }

  static std::optional<RegistryConfig> load(
      const std::string& path, const std::vector<std::string>& environment,
      const std::string& origin) {
    try {
      return load_registry_config(path, environment, origin);
    } catch (const OtherDriverError&) {
      return std::nullopt;
    } catch (const ConfigError& error) {
      throw Doubt(fmt::format("its configuration: {}", error.what()));
    }
  }

  std::optional<RegistryProcess> compare(const ProcessView& process,
                                         const RegistryInvocation& invocation,
                                         const RegistryConfig& config,
                                         bool changed) const {
    const Match match = landmarks_.compare(process, config.root_directory);
    if (match == Match::unknown)
      throw Doubt(fmt::format("its root {} cannot be told from this one",
                              config.root_directory));
    if (match == Match::no && changed)
      throw Doubt("its configuration changed after it started");
    if (match == Match::no) return std::nullopt;

    RegistryProcess found;
    found.root = process.absolute(config.root_directory);
    found.collects = invocation.collects;
    // Read-only does not keep a pull-through cache from filling itself.
    found.readonly = invocation.collects
                         ? invocation.dry_run
                         : config.readonly && !config.proxy && !changed;
    found.uses_redis = config.uses_redis;
    found.certain = true;
    found.detail = fmt::format(
        "{} {}", invocation.collects ? "collects" : "serves", found.root);
    if (config.readonly && changed)
      found.detail +=
          "; read-only only since its configuration changed, "
          "after it started";
    return found;
  }

  std::optional<RegistryProcess> presume(const ProcessView& process,
                                         const RegistryInvocation& invocation,
                                         const Doubt& doubt) const {
    // A dry run writes nothing, whatever its root.
    if (invocation.dry_run) return std::nullopt;
    if (!invocation.named_registry || !could_reach(process) ||
        serves_elsewhere(process))
      return std::nullopt;
    RegistryProcess found;
    found.collects = invocation.collects;
    found.detail = doubt.what();
    return found;
  }

  bool could_reach(const ProcessView& process) const {
    const ProcRead ours = ProcessView(proc_, getpid()).mounts();
    const ProcRead theirs = process.mounts();
    const std::vector<std::string> directories = root_.directories();
    return std::any_of(directories.begin(), directories.end(),
                       [&](const std::string& directory) {
                         return may_reach(ours.bytes, theirs.bytes, directory);
                       });
  }

  // Whether the files that it has open say so. An idle one has none.
  bool serves_elsewhere(const ProcessView& process) const {
    const std::vector<std::string> roots = roots_of_open_files(process);
    return !roots.empty() &&
           std::all_of(roots.begin(), roots.end(),
                       [&](const std::string& root) {
                         return landmarks_.compare(process, root) == Match::no;
                       });
  }

  void by_open_files(const ProcessView& process,
                     std::optional<RegistryProcess>& found) const {
    const auto file = file_open_for_writing(process, folders_);
    if (!file) return;
    if (!found) found.emplace();
    found->readonly = false;
    found->certain = true;
    found->detail = fmt::format("has {} open for writing", *file);
  }

  const ResolvedRoot& root_;
  const std::string& proc_;
  std::vector<std::string> folders_;
  Landmarks landmarks_;
  std::vector<pid_t> ancestors_;
};

std::vector<pid_t> all_processes(const std::string& proc) {
  std::vector<pid_t> pids;
  const Descriptor folder = open_folder(AT_FDCWD, proc);
  const int error =
      !folder ? errno : for_each_entry(folder.get(), [&](FolderEntry at) {
        pid_t pid = 0;
        const char* end = at.name.data() + at.name.size();
        const auto [last, failed] = std::from_chars(at.name.data(), end, pid);
        if (failed == std::errc{} && last == end) pids.push_back(pid);
      });
  if (error != 0)
    throw std::runtime_error(fmt::format(
        "cannot see whether a registry is running: {}: {}; mount /proc", proc,
        std::strerror(error)));
  std::sort(pids.begin(), pids.end());
  return pids;
}

}  // namespace

std::vector<RegistryProcess> find_registry_processes(const ResolvedRoot& root,
                                                     const std::string& proc) {
  const Search search(root, proc);
  std::vector<RegistryProcess> found;
  for (pid_t pid : all_processes(proc))
    if (auto process = search.examine(pid)) found.push_back(*process);
  return found;
}

}  // namespace dregs
