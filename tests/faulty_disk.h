// A disk that fails, stops or loses what it was told: every removal (unlinkat)
// and every barrier (syncfs, fsync) of this process passes through here, so
// that the real DiskRemover meets faults between any two of its system calls.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace dregs {

// While one exists, the process's calls are its. One at a time.
class FaultyDisk {
 public:
  enum class Operation { remove_file, remove_folder, sync_folder, sync };
  // The errno that the call number `n` (from 0) fails with, doing nothing; 0:
  // it goes on. Calls are numbered as they come, from any thread.
  using Fault = std::function<int(std::size_t n, Operation operation)>;

  explicit FaultyDisk(Fault fault);
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  std::size_t calls() const { return calls_; }
  // Removals that no barrier has followed yet.
  std::size_t unsynced() const { return journal_.size(); }

  // The power goes: any of the removals that no barrier has followed may not
  // have reached the disk. `seed` says which come back.
  void cut_power(std::uint32_t seed);

  // For the system calls. Syncing a folder is for what is below it.
  int remove(int folder, const char* name, int flags);
  int sync(int folder);
  int sync_folder(int folder);

 private:
  struct Removed {
    std::filesystem::path path;
    bool folder = false;
    std::string bytes;
  };

  int fault_of(Operation operation);

  Fault fault_;
  std::mutex one_at_a_time_;
  std::size_t calls_ = 0;
  std::vector<Removed> journal_;
};

// From call `n` on nothing happens any more, as after a kill.
FaultyDisk::Fault stop_at(std::size_t n);
// Call `n` alone fails.
FaultyDisk::Fault fail_at(std::size_t n, int error);

}  // namespace dregs
