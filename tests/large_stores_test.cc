// Stores and manifests of hostile size: a run ends soon and in bounded memory.
// DREGS_TEST_SCALE=20 makes the number of tags a million.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "scanner/formats/sha256.h"
#include "scanner/manifests/manifest.h"
#include "tests/command_run.h"
#include "tests/gc_run.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

// Within so many MiB of address space, which is more than ever is used, and
// so many seconds.
GcRun run_within(int mebibytes, const StoreBuilder& store,
                 std::vector<std::string> arguments = {}) {
  std::string limit = "ulimit -v " + std::to_string(mebibytes * 1024) + "; ";
#ifdef DREGS_SANITIZED
  limit.clear();
#endif
  arguments.insert(arguments.end(), {"-j", "2"});
  GcRun run =
      run_gc(store, arguments,
             {"timeout", "120", "sh", "-c", limit + "exec \"$@\"", "sh"});
  EXPECT_LT(run.exit_code, 124) << run.err;
  return run;
}

int scale() {
  const char* text = std::getenv("DREGS_TEST_SCALE");
  return text == nullptr ? 1 : std::atoi(text);
}

void write_tags(const StoreBuilder& store, int tags, const Digest& target) {
  const std::string link = target.to_string();
  for (int i = 0; i < tags; ++i) {
    const fs::path folder =
        store.v2() /
        StoreBuilder::tag_folder("app", "tag" + std::to_string(i)) / "current";
    fs::create_directories(folder);
    std::ofstream(folder / "link") << link;
  }
}

TEST(LargeStore, TagsWithoutNumberAreReadOnce) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base", "lost"});
  const int tags = 50'000 * scale();
  write_tags(store, tags, app.manifest);
  const GcRun sound = run_within(512 + 400 * scale(), store, {"-m"});
  EXPECT_EQ(sound.exit_code, 0);
  EXPECT_EQ(sound.report.at("tags"), tags + 1);
  store.lose(app.layers[1]);
  const GcRun damaged = run_within(512 + 600 * scale(), store, {"-m"});
  EXPECT_EQ(damaged.exit_code, 1);
  EXPECT_EQ(damaged.finding("missing-blob").at("needed_by").size(),
            static_cast<std::size_t>(tags) + 1);
}

// Every tag means an index of many children, and one child is lost.
TEST(LargeStore, TagsOfOneLargeIndexAreFollowedOnce) {
  StoreBuilder store;
  std::vector<Digest> children;
  for (int i = 0; i < 2000; ++i)
    children.push_back(
        store.image("app", "", {"layer" + std::to_string(i)}).manifest);
  const Digest index = store.index("app", "v1", children);
  write_tags(store, 20'000 * scale(), index);
  store.lose(sha256("layer7"));
  const GcRun run = run_within(1024 + 600 * scale(), store);
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.finding("missing-blob").at("needed_by").size(),
            static_cast<std::size_t>(20'000 * scale()) + 1);
}

std::string nested(int depth, const std::string& open, const std::string& core,
                   const std::string& close) {
  std::string text = R"({"schemaVersion":2,"layers":)";
  for (int i = 0; i < depth; ++i) text += open;
  text += core;
  for (int i = 0; i < depth; ++i) text += close;
  return text + "}";
}

TEST(LargeManifest, NestedDeeperThanAnyServerReadsPinsAndKeepsWhatItMentions) {
  StoreBuilder store;
  const Digest deep = store.layer("app", "deep layer");
  const Digest loose = store.layer("app", "loose");
  const std::string name = '"' + deep.to_string() + '"';
  store.manifest_bytes("app", "arrays", nested(200'000, "[", name, "]"));
  store.manifest_bytes("app", "objects",
                       nested(200'000, R"({"layers":)", name, "}"));
  store.manifest_bytes("app", "open", nested(200'000, "[{\"a\":", "1", ""));
  store.image("neighbour", "v1", {"base"});
  const GcRun run = run_within(1024, store, {"-m"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_FALSE(run.pinned("neighbour"));
  EXPECT_TRUE(store.has_blob(deep));
  EXPECT_TRUE(store.has_blob(loose));
}

// A manifest of `bytes` bytes that names `first` and then as many layers as
// there is room for.
std::string manifest_of(std::size_t bytes, const Digest& first) {
  std::string text =
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
      R"("layers":[{"digest":")" +
      first.to_string() + "\"}";
  const std::string layer = ",{\"digest\":\"sha256:";
  for (std::size_t i = 0; text.size() + 100 < bytes; ++i) {
    std::string hex = std::to_string(i);
    hex.insert(0, 64 - hex.size(), '0');
    text += layer + hex + "\"}";
  }
  text += "]";
  text.append(bytes - text.size() - 1, ' ');
  return text + "}";
}

TEST(LargeManifest, UpToTheLimitIsReadAndItsLayersKept) {
  StoreBuilder store;
  const Digest layer = store.layer("app", "layer of a large manifest");
  const Digest garbage = store.blob("garbage");
  store.manifest_bytes("app", "v1", manifest_of(kLargestParsedManifest, layer));
  const GcRun run = run_within(1536, store);
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_LE(run.report["findings"].size(), 103U);
  std::uint64_t missing = 0;
  for (const nlohmann::json& finding : run.report["findings"])
    if (finding["kind"] == "missing-blob")
      missing += finding["count"].get<std::uint64_t>();
  EXPECT_GT(missing, 700'000U);
  EXPECT_FALSE(run.finding("oversized-manifest").is_null());
  EXPECT_TRUE(store.has_blob(layer));
  EXPECT_FALSE(store.has_blob(garbage));
}

// Of one kind about one manifest a hundred are told one by one.
TEST(LargeManifest, OfManyMissingLayersIsToldInPartAndCounted) {
  StoreBuilder store;
  const Digest layer = store.layer("app", "layer");
  const Digest manifest =
      store.manifest_bytes("app", "v1", manifest_of(20'000, layer));
  const std::string named = store.read(StoreBuilder::blob_path(manifest));
  std::size_t all = 0;
  for (std::size_t at = 0; (at = named.find("sha256:0", at)) != named.npos;
       ++at)
    ++all;
  for (const char* command : {"verify", "inspect", "gc"}) {
    SCOPED_TRACE(command);
    std::vector<std::string> words = {command};
    if (words[0] == "inspect") words.push_back("app:v1");
    const JsonRun run = run_for_json(store, words);
    ASSERT_EQ(run.report["findings"].size(), 101U);
    nlohmann::json rest;
    for (const nlohmann::json& finding : run.report["findings"])
      if (finding["count"] != 1) rest = finding;
    EXPECT_EQ(rest["kind"], "missing-blob");
    EXPECT_EQ(rest["count"], all - 100);
    EXPECT_EQ(rest["digest"], manifest.to_string());
    EXPECT_EQ(rest["needed_by"], nlohmann::json({"app:v1"}));
  }
  EXPECT_EQ(run_for_json(store, {"verify"}).report["blobs"]["missing"], all);
}

TEST(LargeManifest, BeyondTheLimitPinsItsRepository) {
  StoreBuilder store;
  const Digest layer = store.layer("app", "layer of a large manifest");
  const Digest loose = store.layer("app", "loose");
  store.manifest_bytes("app", "v1",
                       manifest_of(kLargestParsedManifest + 1, layer));
  const GcRun run = run_within(1024, store, {"-m"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_FALSE(run.finding("oversized-manifest").is_null());
  EXPECT_TRUE(store.has_blob(layer) && store.has_blob(loose));
}

// A file that says it is large and has nothing in it costs nothing to make.
TEST(LargeManifest, OfATebibyteOfNothingIsNotRead) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base"});
  const Digest hole = store.blob("hole");
  store.link_revision("app", hole);
  store.truncate(hole, std::uintmax_t{1} << 40);
  const GcRun run = run_within(1024, store, {"-m"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_TRUE(store.has_blob(hole) && store.has_blob(app.layers[0]));
}

}  // namespace
}  // namespace dregs
