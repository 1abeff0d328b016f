#include "tests/faulty_disk.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <random>

namespace dregs {
namespace {

namespace fs = std::filesystem;

std::atomic<FaultyDisk*> in_charge{nullptr};

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

int real_unlinkat(int folder, const char* name, int flags) {
  static const auto call = real<int (*)(int, const char*, int)>("unlinkat");
  return call(folder, name, flags);
}

int real_syncfs(int folder) {
  static const auto call = real<int (*)(int)>("syncfs");
  return call(folder);
}

int real_fsync(int file) {
  static const auto call = real<int (*)(int)>("fsync");
  return call(file);
}

fs::path path_of(int folder) {
  return fs::read_symlink("/proc/self/fd/" + std::to_string(folder));
}

fs::path path_at(int folder, const char* name) {
  return path_of(folder) / name;
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

int fail(int error) {
  errno = error;
  return -1;
}

}  // namespace

FaultyDisk::FaultyDisk(Fault fault) : fault_(std::move(fault)) {
  in_charge = this;
}

FaultyDisk::~FaultyDisk() { in_charge = nullptr; }

int FaultyDisk::fault_of(Operation operation) {
  const std::size_t n = calls_++;
  return fault_ ? fault_(n, operation) : 0;
}

int FaultyDisk::remove(int folder, const char* name, int flags) {
  const std::lock_guard lock(one_at_a_time_);
  const bool is_folder = (flags & AT_REMOVEDIR) != 0;
  const int error =
      fault_of(is_folder ? Operation::remove_folder : Operation::remove_file);
  if (error != 0) return fail(error);
  Removed removed{path_at(folder, name), is_folder, {}};
  if (!is_folder) removed.bytes = bytes_of(removed.path);
  const int result = real_unlinkat(folder, name, flags);
  if (result == 0) journal_.push_back(std::move(removed));
  return result;
}

int FaultyDisk::sync(int folder) {
  const std::lock_guard lock(one_at_a_time_);
  if (const int error = fault_of(Operation::sync)) return fail(error);
  const int result = real_syncfs(folder);
  if (result == 0) journal_.clear();
  return result;
}

int FaultyDisk::sync_folder(int folder) {
  const std::lock_guard lock(one_at_a_time_);
  if (const int error = fault_of(Operation::sync_folder)) return fail(error);
  const std::string below = path_of(folder).string() + "/";
  std::erase_if(journal_, [&](const Removed& removed) {
    return removed.path.string().starts_with(below);
  });
  return 0;
}

// What comes back brings the folders above it: no disk has the one without
// the other.
void FaultyDisk::cut_power(std::uint32_t seed) {
  std::mt19937 random(seed);
  std::bernoulli_distribution comes_back(
      std::uniform_real_distribution<>(0, 1)(random));
  for (const Removed& removed : journal_) {
    if (!comes_back(random)) continue;
    fs::create_directories(removed.folder ? removed.path
                                          : removed.path.parent_path());
    if (!removed.folder)
      std::ofstream(removed.path, std::ios::binary) << removed.bytes;
  }
  journal_.clear();
}

FaultyDisk::Fault stop_at(std::size_t n) {
  return [n](std::size_t call, FaultyDisk::Operation) {
    return call < n ? 0 : EIO;
  };
}

FaultyDisk::Fault fail_at(std::size_t n, int error) {
  return [n, error](std::size_t call, FaultyDisk::Operation) {
    return call == n ? error : 0;
  };
}

}  // namespace dregs

extern "C" int unlinkat(int folder, const char* name, int flags) noexcept {
  dregs::FaultyDisk* disk = dregs::in_charge;
  return disk != nullptr ? disk->remove(folder, name, flags)
                         : dregs::real_unlinkat(folder, name, flags);
}

extern "C" int syncfs(int folder) noexcept {
  dregs::FaultyDisk* disk = dregs::in_charge;
  return disk != nullptr ? disk->sync(folder) : dregs::real_syncfs(folder);
}

extern "C" int fsync(int file) {
  dregs::FaultyDisk* disk = dregs::in_charge;
  return disk != nullptr ? disk->sync_folder(file) : dregs::real_fsync(file);
}
