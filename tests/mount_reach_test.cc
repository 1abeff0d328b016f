#include "gc/processes/mount_reach.h"

#include <gtest/gtest.h>

#include <string>

namespace dregs {
namespace {

std::string mount(const std::string& device, const std::string& root,
                  const std::string& point, const std::string& options = "rw") {
  return "36 35 " + device + " " + root + " " + point +
         " rw,noatime master:1 - ext4 /dev/sda " + options + "\n";
}

const std::string kOurs = mount("8:1", "/", "/") + mount("8:2", "/", "/srv");

TEST(MountReach, TheSameFileSystemMountedWholeReachesEverything) {
  EXPECT_TRUE(may_reach(kOurs, kOurs, "/srv/reg"));
  EXPECT_TRUE(may_reach(kOurs, mount("8:2", "/", "/mnt"), "/srv/reg"));
  EXPECT_FALSE(may_reach(kOurs, mount("8:1", "/", "/"), "/srv/reg"));
}

TEST(MountReach, AVolumeReachesWhatLiesInItOrAboveIt) {
  const auto volume = [](const std::string& root) {
    return mount("8:2", root, "/var/lib/registry");
  };
  EXPECT_TRUE(may_reach(kOurs, volume("/reg"), "/srv/reg"));
  EXPECT_TRUE(may_reach(kOurs, volume("/reg"), "/srv/reg/docker"));
  EXPECT_TRUE(may_reach(kOurs, volume("/reg/docker/registry/v2/blobs"),
                        "/srv/reg/docker/registry/v2"));
  EXPECT_FALSE(may_reach(kOurs, volume("/other"), "/srv/reg"));
  EXPECT_FALSE(may_reach(kOurs, volume("/re"), "/srv/reg"));
}

TEST(MountReach, OurOwnBindMountIsFollowedToItsFileSystem) {
  const std::string ours = kOurs + mount("8:2", "/deep/reg", "/bind");
  EXPECT_TRUE(may_reach(ours, mount("8:2", "/deep", "/x"), "/bind/docker"));
  EXPECT_FALSE(may_reach(ours, mount("8:2", "/reg", "/x"), "/bind/docker"));
}

TEST(MountReach, TheLaterOfTwoMountsAtOnePlaceCounts) {
  const std::string ours = kOurs + mount("8:3", "/", "/srv");
  EXPECT_TRUE(may_reach(ours, mount("8:3", "/", "/x"), "/srv/reg"));
  EXPECT_FALSE(may_reach(ours, mount("8:2", "/", "/x"), "/srv/reg"));
}

// A system lists its first mounts before the root that they were moved into.
TEST(MountReach, AMountBelowALaterOneOfTheRootCounts) {
  const std::string ours = mount("0:22", "/", "/run") + kOurs;
  EXPECT_TRUE(may_reach(ours, mount("0:22", "/reg", "/x"), "/run/reg"));
}

// The kernel still lists what nobody gets at any more.
TEST(MountReach, WhatIsMountedOverAFolderHidesTheMountsBelowIt) {
  const std::string ours =
      kOurs + mount("8:3", "/", "/srv/reg") + mount("8:4", "/", "/srv");
  EXPECT_TRUE(may_reach(ours, mount("8:4", "/reg", "/x"), "/srv/reg/docker"));
}

TEST(MountReach, AVolumeThatIsMountedAtTheRootIsTheRoot) {
  EXPECT_TRUE(may_reach(kOurs, mount("8:2", "/", "/data"), "/srv"));
  EXPECT_TRUE(may_reach(kOurs, mount("8:2", "/blobs", "/data"), "/srv"));
  EXPECT_FALSE(may_reach(kOurs, mount("8:3", "/", "/data"), "/srv"));
}

TEST(MountReach, AnOverlayReachesTheFolderThatItWritesTo) {
  const std::string overlay = mount(
      "0:50", "/", "/", "rw,lowerdir=/l,upperdir=/srv/o/diff,workdir=/srv/o/w");
  EXPECT_TRUE(may_reach(kOurs, overlay, "/srv/o/diff/var/lib/registry"));
  EXPECT_FALSE(may_reach(kOurs, overlay, "/srv/o/other"));

  const std::string relative =
      mount("0:50", "/", "/", "rw,lowerdir=l,upperdir=o/diff,workdir=o/w");
  EXPECT_TRUE(may_reach(kOurs, relative, "/srv/o/diff/var"));
  EXPECT_FALSE(may_reach(kOurs, relative, "/srv/o/different/var"));
}

TEST(MountReach, BlanksInPathsAreUnderstood) {
  const std::string ours = kOurs + mount("8:4", "/", "/my\\040disk");
  EXPECT_TRUE(
      may_reach(ours, mount("8:4", "/a\\134b", "/x"), "/my disk/a\\b/docker"));
  for (const std::string plain : {"\\-123", "\\912", "\\04"})
    EXPECT_TRUE(may_reach(kOurs + mount("8:4", "/", "/" + plain),
                          mount("8:4", "/reg", "/x"), "/" + plain + "/reg"))
        << plain;
}

// The kernel escapes spaces, tabs and ends of lines, and no other blank.
TEST(MountReach, FieldsEndAtASpaceAndAtNothingElse) {
  const std::string ours = kOurs + mount("8:4", "/", "/my\rdisk\f");
  EXPECT_TRUE(
      may_reach(ours, mount("8:4", "/reg", "/x"), "/my\rdisk\f/reg/docker"));
  EXPECT_FALSE(
      may_reach(ours, mount("8:4", "/other", "/x"), "/my\rdisk\f/reg"));
  const std::string without_source =
      "36 35 8:4 / /disk rw - overlay  rw,upperdir=/srv/o\n";
  EXPECT_TRUE(may_reach(kOurs, without_source, "/srv/o/reg"));
}

TEST(MountReach, ATableThatCannotBeReadIsADoubt) {
  EXPECT_TRUE(may_reach("", kOurs, "/srv/reg"));
  EXPECT_TRUE(may_reach(kOurs, "", "/srv/reg"));
  EXPECT_TRUE(may_reach(kOurs, "not a table\n", "/srv/reg"));
  // Of a place that no mount of ours shows.
  EXPECT_TRUE(may_reach(mount("8:2", "/", "/srv"), kOurs, "/elsewhere"));
}

}  // namespace
}  // namespace dregs
