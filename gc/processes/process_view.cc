#include "gc/processes/process_view.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <deque>
#include <sstream>

#include "scanner/files/descriptor.h"

namespace dregs {
namespace {

// More than any real environment holds; a process can make its own endless.
constexpr std::size_t kProcBytesMax = 8'388'608;
constexpr int kLinksMax = 40;  // as the kernel

ProcRead read_all(int fd) {
  ProcRead result;
  std::array<char, 16384> buffer{};
  while (result.bytes.size() < kProcBytesMax) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {{}, errno};
    if (got == 0) return result;
    result.bytes.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return {{}, EFBIG};
}

ProcRead read_path(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file ? read_all(file.get()) : ProcRead{{}, errno};
}

ProcPath read_link(const std::string& path) {
  std::array<char, PATH_MAX> buffer{};
  const ssize_t size = readlink(path.c_str(), buffer.data(), buffer.size());
  if (size < 0) return {{}, errno};
  return {{buffer.data(), static_cast<std::size_t>(size)}, 0};
}

std::deque<std::string> components(const std::string& path) {
  std::deque<std::string> parts;
  std::istringstream stream(path);
  for (std::string part; std::getline(stream, part, '/');)
    if (!part.empty() && part != ".") parts.push_back(part);
  return parts;
}

// Follows a path component by component inside another process's root.
class PathWalk {
 public:
  PathWalk(std::string root, std::string cwd, const std::string& path)
      : root_(std::move(root)), todo_(components(path)) {
    below_root_ = path.starts_with('/');
    base_ = below_root_ ? root_ : std::move(cwd);
  }

  ProcPath run() {
    int error = check_base();
    while (error == 0 && !todo_.empty()) {
      const std::string part = std::move(todo_.front());
      todo_.pop_front();
      error = part == ".." ? go_up() : enter(part);
    }
    return error == 0 ? ProcPath{here(), 0} : ProcPath{{}, error};
  }

 private:
  std::string here() const {
    std::string path = base_;
    for (const std::string& part : done_) path += "/" + part;
    return path;
  }

  int check_base() const {
    struct stat status {};
    return stat(base_.c_str(), &status) == 0 ? 0 : errno;
  }

  int go_up() {
    if (!done_.empty() && done_.back() != "..")
      done_.pop_back();
    else if (!below_root_)
      done_.emplace_back("..");
    return 0;
  }

  int enter(const std::string& part) {
    const std::string next = here() + "/" + part;
    struct stat status {};
    if (lstat(next.c_str(), &status) != 0) return errno;
    if (S_ISLNK(status.st_mode)) return follow(next);
    done_.push_back(part);
    return 0;
  }

  int follow(const std::string& link) {
    if (++links_ > kLinksMax) return ELOOP;
    const ProcPath target = read_link(link);
    if (target.error != 0) return target.error;
    if (target.path.starts_with('/')) {
      base_ = root_;
      below_root_ = true;
      done_.clear();
    }
    const std::deque<std::string> parts = components(target.path);
    todo_.insert(todo_.begin(), parts.begin(), parts.end());
    return 0;
  }

  std::string root_;
  std::string base_;
  bool below_root_ = false;
  std::vector<std::string> done_;
  std::deque<std::string> todo_;
  int links_ = 0;
};

std::chrono::nanoseconds clock_now(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) +
         std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

ProcessView::ProcessView(const std::string& proc, pid_t pid)
    : folder_(proc + "/" + std::to_string(pid)), pid_(pid) {}

ProcRead ProcessView::read(const char* name) const {
  return read_path(file(name));
}

bool ProcessView::alive() const {
  return access(folder_.c_str(), F_OK) == 0 && !arguments().empty();
}

std::vector<std::string> ProcessView::arguments() const {
  return split_at_zeros(read("cmdline").bytes);
}

std::string ProcessView::name() const {
  std::string name = read("comm").bytes;
  if (name.ends_with('\n')) name.pop_back();
  return name;
}

ProcPath ProcessView::open_path(const std::string& path) const {
  return PathWalk(file("root"), file("cwd"), path).run();
}

std::string ProcessView::absolute(const std::string& path) const {
  if (path.starts_with('/')) return path;
  const ProcPath cwd = read_link(file("cwd"));
  return cwd.error == 0 ? cwd.path + "/" + path : path;
}

// Fields as proc(5) numbers them. The second, the name, may hold anything.
std::optional<long long> ProcessView::stat_field(std::size_t number) const {
  const std::string stat = read("stat").bytes;
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(stat.substr(name_end + 1));
  std::string skipped;
  for (std::size_t i = 3; i < number; ++i) fields >> skipped;
  long long value = 0;
  if (!(fields >> value)) return std::nullopt;
  return value;
}

std::optional<pid_t> ProcessView::parent() const {
  const auto field = stat_field(4);
  if (!field) return std::nullopt;
  return static_cast<pid_t>(*field);
}

std::optional<std::chrono::system_clock::time_point> ProcessView::started()
    const {
  const auto ticks = stat_field(22);
  const long per_second = sysconf(_SC_CLK_TCK);
  if (!ticks || per_second <= 0) return std::nullopt;
  const auto since_boot = std::chrono::milliseconds(*ticks * 1000 / per_second);
  const auto booted = clock_now(CLOCK_REALTIME) - clock_now(CLOCK_BOOTTIME);
  return std::chrono::system_clock::time_point(
      std::chrono::duration_cast<std::chrono::system_clock::duration>(
          booted + since_boot));
}

std::vector<std::string> split_at_zeros(const std::string& bytes) {
  std::vector<std::string> parts;
  std::istringstream stream(bytes);
  for (std::string part; std::getline(stream, part, '\0');)
    parts.push_back(part);
  return parts;
}

}  // namespace dregs
