#include "scanner/formats/path_below.h"

#include <gtest/gtest.h>

namespace dregs {
namespace {

TEST(PathBelow, IsWhatIsLeftAfterTheFolderAndItsSlash) {
  EXPECT_EQ(path_below("/srv/reg/blobs", "/srv/reg"), "blobs");
  EXPECT_EQ(path_below("/srv/reg/blobs", "/srv/reg/"), "blobs");
  EXPECT_EQ(path_below("/srv/reg", "/srv/reg"), "");
  EXPECT_EQ(path_below("a/b/c", "a"), "b/c");
}

TEST(PathBelow, TheRootIsAboveEverythingAndNoCharacterIsLost) {
  EXPECT_EQ(path_below("/docker/registry/v2", "/"), "docker/registry/v2");
  EXPECT_EQ(path_below("/", "/"), "");
  EXPECT_EQ(path_below("blobs/sha256", ""), "blobs/sha256");
}

TEST(PathBelow, ANameThatBeginsAlikeIsAnotherName) {
  EXPECT_FALSE(path_below("/srv/registry", "/srv/reg"));
  EXPECT_FALSE(path_below("/srv", "/srv/reg"));
  EXPECT_FALSE(path_below("teams/app", "team"));
}

TEST(PathBelow, TwoOverlapWhereOneLiesInTheOther) {
  EXPECT_TRUE(paths_overlap("/srv", "/srv/reg"));
  EXPECT_TRUE(paths_overlap("/srv/reg", "/"));
  EXPECT_FALSE(paths_overlap("/srv/reg", "/srv/registry"));
}

}  // namespace
}  // namespace dregs
