// Which names servers take for a repository's or a tag's (format.md#2), and
// which they give to files that are still being written.
#include "scanner/formats/layout.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dregs {
namespace {

using FolderNames = std::vector<std::string>;

TEST(RepositoryName, IsLegalAsServersHaveIt) {
  const std::string longest(255, 'a');
  for (const std::string& name : FolderNames{
           "a", "a0/b", "a.b/c_d/e__f/g-h/i---j", "FOO.example/x", "Foo/bar",
           "my-host.Example/x", "0/1", longest, longest + "/" + longest})
    EXPECT_TRUE(layout::is_legal_repository_name(name)) << name;
}

TEST(RepositoryName, IsIllegalAsServersHaveIt) {
  const std::string too_long(256, 'a');
  for (const std::string& name : FolderNames{
           "", "Foo", "a/B", "a..b", "a___b", "a.-b", "a_", "-a", "a//b", "/a",
           "a/", "-foo.Example/x", "foo-.Example/x", "F..o/x", "F_o/x",
           "Foo./x", "a b", too_long, "a/" + too_long})
    EXPECT_FALSE(layout::is_legal_repository_name(name)) << name;
}

TEST(TagName, IsLegalAsServersHaveIt) {
  const std::string longest(128, 'a');
  for (const std::string& tag : FolderNames{"v1", "_x", "A.b-c_9", longest})
    EXPECT_TRUE(layout::is_legal_tag(tag)) << tag;
  for (const std::string& tag :
       FolderNames{"", ".x", "-x", "a b", "a/b", longest + "a"})
    EXPECT_FALSE(layout::is_legal_tag(tag)) << tag;
}

const std::string kUuid = "01234567-89ab-4CDE-8f01-23456789abcd";

TEST(TemporaryName, IsOneThatARegistryGives) {
  for (const std::string& base :
       FolderNames{"link", "data", "startedat", "0", "1048576"})
    EXPECT_TRUE(layout::is_temporary_name(base + "." + kUuid + ".tmp")) << base;
}

TEST(Uuid, IsNoneWithAnythingButHexDigitsBetweenItsDashes) {
  EXPECT_TRUE(layout::is_uuid(kUuid));
  for (const char odd : {'-', '.', ':', '@', 'G', '`', 'g', '~'})
    EXPECT_FALSE(layout::is_uuid(kUuid.substr(0, 35) + odd)) << odd;
}

// Whoever gave it another name may want the file.
TEST(TemporaryName, IsNoneWhereAnythingDiffers) {
  for (const std::string& name : FolderNames{
           "link." + kUuid, "link." + kUuid + ".tmp2", "." + kUuid + ".tmp",
           "link-" + kUuid + ".tmp", "notes." + kUuid + ".tmp",
           "12x." + kUuid + ".tmp", "-1." + kUuid + ".tmp",
           "link." + kUuid.substr(1) + ".tmp", "link.0" + kUuid + ".tmp",
           "link.g" + kUuid.substr(1) + ".tmp",
           "link.01234567_89ab-4cde-8f01-23456789abcd.tmp", "link.tmp", ".tmp"})
    EXPECT_FALSE(layout::is_temporary_name(name)) << name;
}

}  // namespace
}  // namespace dregs
