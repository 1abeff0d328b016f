// What is opened below a folder stays below it, with openat2 and, as under an
// older kernel or in an older container engine's sandbox, without.
#include "scanner/descriptor.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

#include "tests/store_builder.h"

namespace dregs {
namespace {

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
