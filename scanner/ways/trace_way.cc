#include "scanner/ways/trace_way.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <string_view>

#include "scanner/files/descriptor.h"
#include "scanner/ways/locator.h"

namespace dregs {
namespace {

constexpr int kMostLinks = 40;  // as the kernel
constexpr int kLook = O_PATH | O_NOFOLLOW | O_CLOEXEC;

class Tracer {
 public:
  explicit Tracer(int v2) : at_(::openat(v2, ".", kLook | O_DIRECTORY)) {}

  Way trace(const std::string& path) {
    put_before_the_rest(path);
    if (!at_) way_.error = errno;
    while (way_.error == 0 && !rest_.empty()) {
      const std::string name = std::move(rest_.back());
      rest_.pop_back();
      way_.error = step(name);
    }
    return std::move(way_);
  }

 private:
  void put_before_the_rest(std::string_view path) {
    while (!path.empty()) {
      const std::size_t slash = path.rfind('/');
      const std::string_view name = path.substr(slash + 1);
      if (!name.empty() && name != ".") rest_.emplace_back(name);
      path = path.substr(0, slash == path.npos ? 0 : slash);
    }
  }

  int step(const std::string& name) {
    Descriptor next(::openat(at_.get(), name.c_str(), kLook));
    FileStatus status;
    if (!next) return errno;
    if (const int error = descriptor_status(next.get(), status)) return error;
    if (status.symbolic_link()) return follow(next.get());
    at_ = std::move(next);
    way_.folder = status.folder();
    if (links_ == 0) spelled_ += (spelled_.empty() ? "" : "/") + name;
    RealPath real = real_path_of(at_.get());
    if (real.error != 0) return real.error;
    way_.steps.push_back({std::move(real.path), links_ == 0 ? spelled_ : ""});
    return 0;
  }

  int follow(int link) {
    if (++links_ > kMostLinks) return ELOOP;
    char target[PATH_MAX];
    const ssize_t size = ::readlinkat(link, "", target, sizeof target);
    if (size < 0) return errno;
    if (size == sizeof target) return ENAMETOOLONG;
    const std::string_view path(target, static_cast<std::size_t>(size));
    put_before_the_rest(path);
    if (!path.starts_with('/')) return 0;
    at_ = Descriptor(::open("/", kLook | O_DIRECTORY));
    return at_ ? 0 : errno;
  }

  Descriptor at_;
  std::vector<std::string> rest_;  // the next name last
  std::string spelled_;
  int links_ = 0;
  Way way_;
};

}  // namespace

Way trace_way(int v2, const std::string& path) {
  return Tracer(v2).trace(path);
}

}  // namespace dregs
