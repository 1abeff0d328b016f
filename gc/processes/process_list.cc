#include "gc/processes/process_list.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>

#include "gc/processes/process_view.h"
#include "scanner/files/descriptor.h"
#include "scanner/files/listing.h"

namespace dregs {

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

std::vector<pid_t> ancestors_of_this_process(const std::string& proc) {
  std::vector<pid_t> ancestors;
  auto parent = ProcessView(proc, getpid()).parent();
  while (parent && *parent > 1 && ancestors.size() < 100) {
    ancestors.push_back(*parent);
    parent = ProcessView(proc, *parent).parent();
  }
  return ancestors;
}

}  // namespace dregs
