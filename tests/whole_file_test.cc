// Reading a file from end to end leaves the page cache as it was.
#include "scanner/files/whole_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "scanner/files/descriptor.h"

namespace dregs {
namespace {

constexpr std::size_t kSize = 20 * 1024 * 1024 + 5;

class WholeFileTest : public testing::Test {
 protected:
  // Not where stores are built, which is in memory: on a disk.
  void SetUp() override {
    char name[] = "whole_file_XXXXXX";
    file_ = Descriptor(::mkstemp(name));
    ASSERT_TRUE(file_);
    ::unlink(name);
    const std::string content(kSize, 'x');
    ASSERT_EQ(::pwrite(file_.get(), content.data(), kSize, 0),
              static_cast<ssize_t>(kSize));
    ASSERT_EQ(::fsync(file_.get()), 0);
    ::posix_fadvise(file_.get(), 0, 0, POSIX_FADV_DONTNEED);
    if (cached() > 0) GTEST_SKIP() << "this filesystem keeps what it is told";
  }

  std::size_t cached() const {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> pages((kSize + page - 1) / page);
    void* mapped =
        ::mmap(nullptr, kSize, PROT_READ, MAP_SHARED, file_.get(), 0);
    EXPECT_EQ(::mincore(mapped, kSize, pages.data()), 0);
    ::munmap(mapped, kSize);
    return static_cast<std::size_t>(
        std::count_if(pages.begin(), pages.end(),
                      [](unsigned char each) { return (each & 1) != 0; }));
  }

  std::size_t read_all() {
    ::lseek(file_.get(), 0, SEEK_SET);
    WholeFile whole(file_.get());
    std::string buffer(1024 * 1024, '\0');
    std::size_t size = 0;
    while (const ssize_t got = whole.read(buffer)) {
      if (got < 0) return 0;
      size += static_cast<std::size_t>(got);
      most_cached_ = std::max(most_cached_, cached());
    }
    return size;
  }

  Descriptor file_;
  std::size_t most_cached_ = 0;
};

TEST_F(WholeFileTest, WhatWasNotInTheCacheIsNotLeftThere) {
  EXPECT_EQ(read_all(), kSize);
  EXPECT_EQ(cached(), 0U);
  EXPECT_GT(most_cached_, 0U);
}

TEST_F(WholeFileTest, WhatCannotBeReadSaysWhy) {
  const Descriptor folder(::open(".", O_RDONLY | O_DIRECTORY));
  WholeFile whole(folder.get());
  std::string buffer(16, '\0');
  EXPECT_EQ(whole.read(buffer), -EISDIR);
}

TEST_F(WholeFileTest, WhatIsNeverReadIsLeftInTheCache) {
  std::string content(kSize, '\0');
  ASSERT_EQ(::pread(file_.get(), content.data(), kSize, 0),
            static_cast<ssize_t>(kSize));
  { const WholeFile never(file_.get()); }
  EXPECT_GT(cached(), 0U);
}

TEST_F(WholeFileTest, WhatSomebodyElseHadReadStays) {
  std::string content(kSize, '\0');
  std::size_t before = 0;
  std::size_t after = 0;
  // The kernel may take some of it in between, but hardly again and again.
  for (int attempt = 0; attempt < 5 && (before == 0 || after != before);
       ++attempt) {
    ASSERT_EQ(::pread(file_.get(), content.data(), kSize, 0),
              static_cast<ssize_t>(kSize));
    before = cached();
    EXPECT_EQ(read_all(), kSize);
    after = cached();
  }
  EXPECT_EQ(after, before);
}

}  // namespace
}  // namespace dregs
