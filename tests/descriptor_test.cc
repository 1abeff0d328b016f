// What is opened below a folder stays below it, with openat2 and, as under an
// older kernel or in an older container engine's sandbox, without.
#include "scanner/files/descriptor.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <limits>

#include "tests/store_builder.h"

namespace dregs {
namespace {

TEST(ClosingADescriptor, LeavesTheErrorOfWhoeverFailed) {
  {
    const Descriptor closed_already(1'000'000);
    errno = ENOENT;
  }
  EXPECT_EQ(errno, ENOENT);
}

// For this process, and for good.
bool forbid_openat2() {
  std::array<sock_filter, 4> filter{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog program{static_cast<unsigned short>(filter.size()),
                           filter.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

int error_below(const StoreBuilder& store, const std::string& path) {
  const Descriptor root = open_folder(AT_FDCWD, store.root().string());
  errno = 0;
  return open_folder_beneath(root.get(), path) ? 0 : errno;
}

bool stays_beneath() {
  StoreBuilder store;
  store.folder("repositories/app");
  store.symlink(store.root().string(), "repositories/link");
  const std::string repositories = "docker/registry/v2/repositories";
  const Descriptor system = open_folder(AT_FDCWD, "/");
  const bool onto_another_filesystem =
      static_cast<bool>(open_folder_beneath(system.get(), "proc"));
  const int through_a_link = error_below(store, repositories + "/link/docker");
  return error_below(store, repositories + "/app") == 0 &&
         error_below(store, "") == 0 &&
         error_below(store, "docker/../..") == EXDEV &&
         error_below(store, repositories + "/none") == ENOENT &&
         (through_a_link == ELOOP || through_a_link == ENOTDIR) &&
         !onto_another_filesystem;
}

// Nanoseconds in 64 bits end in 2262. What is later must not look old.
TEST(FileTimes, BeyondWhatNanosecondsHoldAreTheLatestAndTheEarliest) {
  StoreBuilder store;
  store.write("late", "");
  const std::string path = (store.v2() / "late").string();
  const Descriptor v2 = open_folder(AT_FDCWD, store.v2().string());
  const timespec late[] = {{9'500'000'000, 0}, {9'500'000'000, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), late, 0), 0);
  struct stat taken {};
  ASSERT_EQ(::stat(path.c_str(), &taken), 0);
  if (taken.st_mtim.tv_sec != late[0].tv_sec)
    GTEST_SKIP() << "this filesystem cannot name that time";
  FileStatus status;
  ASSERT_EQ(file_status(v2.get(), "late", status), 0);
  EXPECT_EQ(status.modified_ns, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(status.changed_ns, std::numeric_limits<std::int64_t>::max());
}

// Each ends its own process; exit() runs what counts coverage.
TEST(OpeningBeneath, LeadsNowhereElse) {
  EXPECT_EXIT(std::exit(stays_beneath() ? 0 : 1), testing::ExitedWithCode(0),
              "");
}

TEST(OpeningBeneath, LeadsNowhereElseWithoutOpenat2Either) {
  EXPECT_EXIT(std::exit(forbid_openat2() && stays_beneath() ? 0 : 1),
              testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace dregs
