// Listing a bucket by many connections: every key once, few requests more than
// full pages, and nothing is believed that contradicts itself.
#include "scanner/bucket/list_tree.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "scanner/bucket/key_range.h"
#include "scanner/formats/sha256.h"
#include "tests/memory_bucket.h"

namespace dregs {
namespace {

class ListTree : public ::testing::Test {
 protected:
  // How often each key was visited.
  std::map<std::string, int> list(int connections) {
    std::map<std::string, int> visited;
    std::mutex mutex;
    const StopRequest stop;
    list_tree(bucket_, "registry/docker/registry/v2/", connections, stop,
              [&](std::size_t, std::span<const StoredObject> objects) {
                const std::scoped_lock lock(mutex);
                for (const StoredObject& object : objects)
                  ++visited[object.key];
              });
    return visited;
  }

  void put_blobs(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string hex = sha256(std::to_string(i)).hex();
      bucket_.put_at("blobs/sha256/" + hex.substr(0, 2) + "/" + hex + "/data",
                     "");
    }
  }

  void put_tags(const std::string& repository, int count) {
    for (int i = 0; i < count; ++i)
      bucket_.put_at(fmt::format("repositories/{}/_manifests/tags/build-{}/"
                                 "current/link",
                                 repository, i),
                     "");
  }

  void expect_each_key_once(int connections) {
    const std::uint64_t before = bucket_.counts().lists;
    const std::map<std::string, int> visited = list(connections);
    EXPECT_EQ(visited.size(), bucket_.size());
    for (const auto& [key, times] : visited) EXPECT_EQ(times, 1) << key;
    EXPECT_LE(bucket_.counts().lists - before,
              bucket_.size() / bucket_.page_size + kMostRanges);
  }

  void expect_contradiction(int connections = 4) {
    try {
      list(connections);
      FAIL() << "such a listing was believed";
    } catch (const StorageError& error) {
      EXPECT_EQ(error.code(), "Listing") << error.what();
    }
  }

  MemoryBucket bucket_;
};

TEST_F(ListTree, OfFewKeysIsOneRequest) {
  put_blobs(3);
  expect_each_key_once(8);
  EXPECT_EQ(bucket_.counts().lists, 1);
}

TEST_F(ListTree, VisitsEachKeyOnceWithAnyNumberOfConnections) {
  put_blobs(3000);
  put_tags("app", 500);
  for (int i = 0; i < 200; ++i) put_tags(fmt::format("team/app{}", i), 5);
  // Where ranges end.
  for (const char* cut : {"blobs/sha256/8", "repositories/",
                          "repositories/app/", "repositories/team/app7/"})
    bucket_.put_at(cut, "");
  bucket_.page_size = 10;
  for (const int connections : {1, 2, 7, 32}) expect_each_key_once(connections);
}

TEST_F(ListTree, OfOneConnectionIsOneRequestForEachPage) {
  put_blobs(95);
  bucket_.page_size = 10;
  list(1);
  EXPECT_EQ(bucket_.counts().lists, 10);
}

TEST_F(ListTree, OfAHundredPagesKeepsAllConnectionsBusy) {
  put_blobs(2000);
  bucket_.page_size = 20;
  std::map<std::size_t, int> pages;
  std::mutex mutex;
  const StopRequest stop;
  bucket_.change_page = [](const ListRequest&, ListPage&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  };
  list_tree(bucket_, "registry/docker/registry/v2/", 8, stop,
            [&](std::size_t connection, std::span<const StoredObject>) {
              const std::scoped_lock lock(mutex);
              ++pages[connection];
            });
  EXPECT_EQ(pages.size(), 8);
  for (const auto& [connection, count] : pages) EXPECT_LT(count, 60);
}

TEST_F(ListTree, DoesNotBelieveKeysThatAreNotSorted) {
  put_blobs(50);
  bucket_.change_page = [](const ListRequest&, ListPage& page) {
    std::swap(page.objects[3], page.objects[4]);
  };
  expect_contradiction();
}

TEST_F(ListTree, DoesNotBelieveAKeyThatComesTwice) {
  put_blobs(50);
  bucket_.change_page = [](const ListRequest&, ListPage& page) {
    page.objects[4] = page.objects[3];
  };
  expect_contradiction();
}

TEST_F(ListTree, DoesNotBelieveAPageThatComesAgain) {
  put_blobs(50);
  bucket_.page_size = 10;
  std::vector<StoredObject> first;
  bucket_.change_page = [&](const ListRequest& request, ListPage& page) {
    if (request.token.empty() && first.empty()) first = page.objects;
    if (!request.token.empty()) page.objects = first;
  };
  expect_contradiction(1);
}

TEST_F(ListTree, DoesNotFollowATokenThatLeadsToItself) {
  put_blobs(50);
  bucket_.page_size = 10;
  bucket_.change_page = [](const ListRequest&, ListPage& page) {
    page.objects.clear();
    page.next_token = "again";
  };
  expect_contradiction();
}

TEST_F(ListTree, DoesNotBelieveKeysOfAnotherPrefix) {
  put_blobs(50);
  bucket_.change_page = [](const ListRequest&, ListPage& page) {
    page.objects.back().key = "zoo";
  };
  expect_contradiction();
}

TEST_F(ListTree, EndsWithTheErrorOfAnyConnection) {
  put_blobs(500);
  bucket_.page_size = 10;
  std::atomic<int> pages{0};
  bucket_.change_page = [&](const ListRequest&, ListPage&) {
    if (++pages == 20) throw StorageError("SlowDown", 503, "too many requests");
  };
  EXPECT_THROW(list(8), StorageError);
}

TEST(KeyRange, IsCutInTheMiddleOfWhatIsStillToCome) {
  const auto cut = cut_behind("v2/blobs/sha256/00/00aa/data",
                              "v2/blobs/sha256/01/01ff/data", "");
  ASSERT_TRUE(cut);
  EXPECT_GT(*cut, "v2/blobs/sha256/70");
  EXPECT_LT(*cut, "v2/blobs/sha256/90");
}

TEST(KeyRange, OfWhichNearlyNothingIsLeftIsNotCut) {
  EXPECT_FALSE(cut_behind("v2/blobs/sha256/00/00aa/data",
                          "v2/blobs/sha256/70/70ff/data",
                          "v2/blobs/sha256/71"));
}

}  // namespace
}  // namespace dregs
