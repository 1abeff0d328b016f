#include "gc/names/selection.h"

#include <gtest/gtest.h>

namespace dregs {
namespace {

Digest digest(char c) { return *Digest::from_hex(std::string(64, c)); }

Inventory team() {
  Inventory inventory;
  for (const char* name : {"app", "team", "team/app", "team/app/web"}) {
    Repository repository;
    repository.name = name;
    repository.revisions = {digest('a'), digest('b')};
    repository.tags = {
        {"latest", digest('a')}, {"pr-1", digest('b')}, {"pr-2", digest('c')}};
    inventory.repositories.push_back(repository);
  }
  return inventory;
}

// "REPO", "REPO:TAG" or "REPO@<first digit>", joined by blanks.
std::string named(const std::vector<std::string>& words) {
  const Inventory inventory = team();
  std::string text;
  for (const Selected& each : select(inventory, parse_image_refs(words))) {
    const Repository& repository = inventory.repositories[each.repository];
    text += (text.empty() ? "" : " ") + repository.name;
    if (each.tag) text += ":" + repository.tags[*each.tag].name;
    if (each.digest) text += "@" + each.digest->hex().substr(0, 1);
  }
  return text;
}

std::string complaint(const std::string& word) {
  try {
    return "none: " + named({word});
  } catch (const SelectionError& error) {
    return error.what();
  }
}

TEST(Selection, NamesAreTakenAsTheyAre) {
  EXPECT_EQ(named({"team"}), "team");
  EXPECT_EQ(named({"team/app", "app:latest"}), "app:latest team/app");
  EXPECT_EQ(named({"app", "app"}), "app");
}

TEST(Selection, OneStarStopsAtASlashAndTwoDoNot) {
  EXPECT_EQ(named({"team/*"}), "team/app");
  EXPECT_EQ(named({"team/**"}), "team/app team/app/web");
  EXPECT_EQ(named({"**/app"}), "app team/app");
  EXPECT_EQ(named({"*"}), "app team");
  EXPECT_EQ(named({"**"}), "app team team/app team/app/web");
}

TEST(Selection, AWordThatIsAWholeNameMeansThatAlone) {
  Inventory inventory;
  for (const char* name : {"a[b]", "a[b]/web", "ab", "ab/web"}) {
    Repository repository;
    repository.name = name;
    inventory.repositories.push_back(repository);
  }
  const auto positions = [&](const std::vector<ImageRef>& refs) {
    std::vector<std::uint32_t> found;
    for (const Selected& each : select(inventory, refs))
      found.push_back(each.repository);
    return found;
  };
  using Positions = std::vector<std::uint32_t>;
  const ImageRef literal = parse_image_ref("a[b]");
  const ImageRef glob = parse_image_ref("a[bc]");
  EXPECT_EQ(positions({literal}), Positions{0});
  EXPECT_EQ(positions({nested_in(literal, inventory)}), Positions{1});
  EXPECT_EQ(positions({glob}), Positions{2});
  EXPECT_EQ(positions({nested_in(glob, inventory)}), Positions{3});
}

TEST(Selection, TagsMayBeGlobsToo) {
  EXPECT_EQ(named({"app:pr-*"}), "app:pr-1 app:pr-2");
  EXPECT_EQ(named({"*:lat?st"}), "app:latest team:latest");
  EXPECT_EQ(named({"app:pr-[2-9]"}), "app:pr-2");
}

TEST(Selection, ADigestNeedsItsFirstEightDigits) {
  EXPECT_EQ(named({"app@" + digest('a').to_string()}), "app@a");
  EXPECT_EQ(named({"app@sha256:bbbbbbbb"}), "app@b");
  EXPECT_EQ(named({"app@sha256:CCCCCCCC"}), "app@c");
  EXPECT_EQ(named({"app:any@sha256:bbbbbbbb"}), "app@b");
  EXPECT_THROW(parse_image_ref("app@sha256:bbbbbbb"), SelectionError);
  EXPECT_THROW(parse_image_ref("app@bbbbbbbb"), SelectionError);
}

TEST(Selection, OnlyHexDigitsMakeADigest) {
  EXPECT_EQ(named({"app@sha256:AAAAaaaa"}), "app@a");
  for (const char* hex : {"aaaa-aaaa", "aaaaaaag", "aaaaaaaG", "aaaa:aaaa"})
    EXPECT_NE(complaint("app@sha256:" + std::string(hex)).find("hex digits"),
              std::string::npos)
        << hex;
}

TEST(Selection, WhatNamesNothingSaysWhatComesNear) {
  EXPECT_EQ(complaint("tema"),
            "no repository is called 'tema'; did you mean 'team'?");
  EXPECT_EQ(complaint("web"),
            "no repository is called 'web'; did you mean 'team/app/web'?");
  EXPECT_EQ(complaint("app:latst"),
            "'app' has no tag 'latst'; did you mean 'latest'?");
  EXPECT_EQ(complaint("zzz/*"), "no repository matches 'zzz/*'");
  EXPECT_EQ(complaint("app@sha256:dddddddd"),
            "'app' has no manifest sha256:dddddddd");
}

TEST(Selection, OnlyTheNearestNamesAreOffered) {
  EXPECT_EQ(nearest_names("app", {"apps", "ape", "app2", "web", "team/app"}, 2),
            (std::vector<std::string>{"team/app", "ape"}));
}

TEST(Selection, PathsAreNoNames) {
  for (const char* word : {"../app", "/app", "team/../app", "app/", "./app",
                           "_manifests", "app/_layers"})
    EXPECT_THROW(named({word}), SelectionError) << word;
  for (const char* word : {"", ":tag", "@sha256:bbbbbbbb", "app:"})
    EXPECT_THROW(parse_image_ref(word), SelectionError) << word;
}

TEST(Selection, ABeginningThatTwoManifestsShareListsBoth) {
  Inventory inventory;
  Repository app;
  app.name = "app";
  app.revisions = {*Digest::from_hex(std::string(63, 'a') + "1"),
                   *Digest::from_hex(std::string(63, 'a') + "2")};
  inventory.repositories.push_back(app);
  try {
    select(inventory, parse_image_refs({"app@sha256:aaaaaaaa"}));
    FAIL() << "one was chosen";
  } catch (const SelectionError& error) {
    const std::string message = error.what();
    for (const Digest& digest : app.revisions)
      EXPECT_NE(message.find("\n  " + digest.to_string()), std::string::npos);
  }
}

}  // namespace
}  // namespace dregs
