// Which names servers take for a repository's (format.md 2).
#include "scanner/layout.h"

#include <gtest/gtest.h>

namespace dregs {
namespace {

TEST(RepositoryName, IsLegalAsServersHaveIt) {
  for (const char* name :
       {"a", "a0/b", "a.b/c_d/e__f/g-h/i---j", "FOO.example/x", "Foo/bar",
        "my-host.Example/x", "0/1"})
    EXPECT_TRUE(layout::is_legal_repository_name(name)) << name;
}

TEST(RepositoryName, IsIllegalAsServersHaveIt) {
  for (const char* name :
       {"", "Foo", "a/B", "a..b", "a___b", "a.-b", "a_", "-a", "a//b", "/a",
        "a/", "-foo.Example/x", "foo-.Example/x", "F..o/x", "F_o/x", "Foo./x",
        "a b"})
    EXPECT_FALSE(layout::is_legal_repository_name(name)) << name;
}

}  // namespace
}  // namespace dregs
