// Nasty inputs below blobs/: format.md#row-41 to #row-50.
#include <gtest/gtest.h>

#include "scanner/formats/sha256.h"
#include "tests/gc_run.h"

namespace dregs {
namespace {

using namespace std::chrono_literals;
using Paths = std::set<std::string>;
namespace fs = std::filesystem;

std::string blob_folder_of(const Digest& digest) {
  return fs::path(StoreBuilder::blob_path(digest)).parent_path().string();
}

// row 41
TEST(BadBlobs, DataThatIsAFolderIsReportedAndNeverEmptied) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const std::string data = StoreBuilder::blob_path(sha256("garbage"));
  store.write(data + "/mine", "text");
  const TreeSnapshot before = store.snapshot();
  const GcRun run =
      run_gc(store, {"--uploads-older-than", "0", "--fail-on", "warning"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.finding("not-a-regular-file").at("path"), in_root(data));
  EXPECT_EQ(store.removed_since(before), Paths{});
  EXPECT_TRUE(store.has(data + "/mine"));
}

// row 41
TEST(BadBlobs, ALayerThatIsAFolderIsMissingForItsImage) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base"});
  const std::string data = StoreBuilder::blob_path(app.layers[0]);
  store.remove(data);
  store.folder(data);
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.finding("missing-blob").at("digest"),
            app.layers[0].to_string());
  EXPECT_EQ(run.finding("missing-blob").at("needed_by").at(0), "app:v1");
  EXPECT_EQ(store.snapshot(), before);
}

// row 42
TEST(BadBlobs, FilesOfOthersBesideGarbageStayWithTheirFolder) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const Digest garbage = store.blob("garbage");
  store.write(blob_folder_of(garbage) + "/notes.txt", "mine");
  const TreeSnapshot before = store.snapshot();
  // However old they are.
  const GcRun run = run_gc(store, {"--uploads-older-than", "0"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.report.at("blobs").at("removed"), 1);
  EXPECT_EQ(run.finding("foreign-entry").at("path"),
            in_root(blob_folder_of(garbage)));
  EXPECT_EQ(store.removed_since(before),
            Paths{StoreBuilder::blob_path(garbage)});
}

// row 42: the server makes such files, and nothing else of that name.
TEST(BadBlobs, WhatIsNoFileStaysThoughItIsNamedAsATemporaryOne) {
  for (const bool folder : {false, true}) {
    StoreBuilder store;
    store.image("app", "v1", {"base"});
    const std::string data = StoreBuilder::blob_path(store.blob("garbage"));
    const std::string odd = StoreBuilder::temp_path(data);
    if (folder)
      store.write(odd + "/mine", "text");
    else
      store.symlink("/mine", odd);
    const GcRun run = run_gc(store, {"--uploads-older-than", "0"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_FALSE(store.has(data));
    EXPECT_TRUE(fs::exists(fs::symlink_status(store.v2() / odd)));
  }
}

// row 42
TEST(BadBlobs, AFolderWithoutDataThatHoldsFilesOfOthersIsReportedAndKept) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const std::string folder = blob_folder_of(sha256("garbage"));
  store.write(folder + "/notes.txt", "mine");
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.finding("foreign-entry").at("path"), in_root(folder));
  EXPECT_EQ(store.snapshot(), before);
}

// row 42
TEST(BadBlobs, OldTemporaryFilesBesideGarbageGoWithIt) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const Digest garbage = store.blob("garbage");
  store.temp_file(StoreBuilder::blob_path(garbage));
  const GcRun run = run_gc(store, {"--uploads-older-than", "0"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_FALSE(store.has(blob_folder_of(garbage)));
}

// row 43
TEST(BadBlobs, ATemporaryFileGoesOnceItIsOldAndNotBefore) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const std::string temp =
      store.temp_file(StoreBuilder::blob_path(sha256("never finished")));
  EXPECT_EQ(run_gc(store).removed(), Paths{});
  EXPECT_TRUE(store.has(temp));
  const GcRun run = run_gc(store, {"--uploads-older-than", "0"});
  EXPECT_EQ(run.removed("temporary"), Paths{in_root(temp)});
  EXPECT_FALSE(store.has(temp));
}

// row 43
TEST(BadBlobs, AnOldTemporaryFileInAPinnedRepositoryStays) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base"});
  store.corrupt(app.manifest);
  const std::string temp = store.temp_file(
      StoreBuilder::layer_link_path("app", sha256("never finished")));
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc(store, {"--uploads-older-than", "0"});
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_EQ(store.removed_since(before), Paths{});
  EXPECT_TRUE(store.has(temp));
}

// row 43
TEST(BadBlobs, AFileThatOnlyResemblesATemporaryOneStays) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const std::string folder = blob_folder_of(sha256("garbage"));
  for (const char* name : {"/data.tmp", "/data.not-a-uuid.tmp",
                           "/data.0192d1c4-7a3e-7c11-9b52-5f0c8a6d3e21.tmp.bak",
                           "/other.0192d1c4-7a3e-7c11-9b52-5f0c8a6d3e21.tmp"})
    store.write(folder + name, "half");
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc(store, {"--uploads-older-than", "0"});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_FALSE(run.finding("foreign-entry").is_null());
  EXPECT_EQ(store.snapshot(), before);
}

// row 43
TEST(BadBlobs, AFreshTemporaryFileBesideGarbageStaysInItsFolder) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const Digest garbage = store.blob("garbage");
  const std::string temp = store.temp_file(StoreBuilder::blob_path(garbage));
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(store.has_blob(garbage));
  EXPECT_TRUE(store.has(temp));
}

// row 44
TEST(BadBlobs, MisplacedBlobsAreReportedKeptAndNoReasonToStop) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const Digest garbage = store.blob("garbage");
  const std::string hex = sha256("misplaced").hex();
  const std::string other = hex.starts_with("00") ? "01" : "00";
  Paths misplaced;
  for (const std::string& path :
       {std::string("blobs/data"), std::string("blobs/sha256/data"),
        std::string("blobs/sha256/a"), "blobs/sha256/" + hex,
        std::string("blobs/sha256/-0"), std::string("blobs/sha256/0g"),
        std::string("blobs/sha256/zz"), "blobs/sha256/" + other + "/" + hex,
        "blobs/sha256/" + hex.substr(0, 2) + "/" + hex.substr(0, 40)}) {
    const bool file = path.ends_with("data");
    store.write(path + (file ? "" : "/data"), "misplaced");
    misplaced.insert(in_root(path));
  }
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.exit_code, 0);
  Paths reported;
  for (const auto& finding : run.report.at("findings"))
    if (finding.at("kind") == "misplaced-blob")
      reported.insert(finding.at("path").get<std::string>());
  EXPECT_EQ(reported, misplaced);
  EXPECT_EQ(store.removed_since(before),
            Paths{StoreBuilder::blob_path(garbage)});
}

// row 44
TEST(BadBlobs, AFileForAPrefixFolderIsMisplaced) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base"});
  const std::string prefix =
      fs::path(blob_folder_of(app.layers[0])).parent_path().string();
  store.remove(prefix);
  store.write(prefix, "file");
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.finding("misplaced-blob").at("path"), in_root(prefix));
  EXPECT_EQ(run.finding("missing-blob").at("digest"),
            app.layers[0].to_string());
  EXPECT_TRUE(store.has(prefix));
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

// row 45
TEST(BadBlobs, UpperCaseNamesAndUnknownAlgorithmsAreReportedAndKept) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const Digest digest = sha256("upper case");
  const std::string prefix = digest.hex().substr(0, 2);
  store.write("blobs/sha256/" + prefix + "/" + upper(digest.hex()) + "/data",
              "upper case");
  store.write("blobs/sha256/AB/" + upper(digest.hex()) + "/data", "x");
  store.write("blobs/md5/d4/d41d8cd98f00b204e9800998ecf8427e/data", "");
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.exit_code, 0);
  Paths reported;
  for (const auto& finding : run.report.at("findings"))
    reported.insert(finding.at("path").get<std::string>());
  EXPECT_EQ(
      reported,
      (Paths{in_root("blobs/md5"), in_root("blobs/sha256/AB"),
             in_root("blobs/sha256/" + prefix + "/" + upper(digest.hex()))}));
  EXPECT_EQ(store.snapshot(), before);
}

std::string sha512_blob(std::string_view content) {
  const std::string hex = sha512_text(content).substr(7);
  return "blobs/sha512/" + hex.substr(0, 2) + "/" + hex + "/data";
}

// row 46
TEST(BadBlobs, BlobsStoredUnderSha384AreReportedAndKept) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const std::string hex(96, 'a');
  store.write("blobs/sha384/aa/" + hex + "/data", "elsewhere");
  const TreeSnapshot before = store.snapshot();
  EXPECT_EQ(run_gc(store).finding("foreign-algorithm").at("path"),
            in_root("blobs/sha384"));
  EXPECT_EQ(store.snapshot(), before);
}

// row 46
TEST(BadBlobs, BlobsStoredUnderSha512AreReportedAndKept) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  store.write(sha512_blob("elsewhere"), "elsewhere");
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.finding("foreign-algorithm").at("path"),
            in_root("blobs/sha512"));
  EXPECT_EQ(store.snapshot(), before);
}

// row 46
TEST(BadBlobs, AReferenceBySha512IsMetByABlobStoredUnderThatName) {
  StoreBuilder store;
  const BuiltImage app =
      store.image("app", "v1", {"base"}, {.sha512_layers = true});
  store.remove("repositories/app/_layers/sha512");
  EXPECT_EQ(run_gc(store, {"-n"}).finding("unresolved-reference").at("digest"),
            sha512_text("base"));
  store.write(sha512_blob("base"), "base");
  const GcRun run = run_gc(store);
  EXPECT_TRUE(run.finding("unresolved-reference").is_null());
  EXPECT_FALSE(run.pinned("app"));
  EXPECT_TRUE(store.has_blob(app.config));
  EXPECT_TRUE(store.has(sha512_blob("base")));
}

// row 47
TEST(BadBlobs, AReferencedLayerWithWrongBytesStays) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base"});
  store.corrupt(app.layers[0]);
  const TreeSnapshot before = store.snapshot();
  run_gc(store, {"-m"});
  EXPECT_EQ(store.snapshot(), before);
}

// row 48
TEST(BadBlobs, AnUnreferencedBlobWithWrongBytesGoes) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const Digest garbage = store.blob("garbage");
  store.corrupt(garbage);
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_FALSE(store.has_blob(garbage));
}

// row 49
TEST(BadBlobs, AnEmptyLayerIsReportedWithTheTagsThatItHurts) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base", "app"});
  store.truncate(app.layers[1], 0);
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.exit_code, 1);
  const auto finding = run.finding("empty-blob");
  EXPECT_EQ(finding.at("path"),
            in_root(StoreBuilder::blob_path(app.layers[1])));
  EXPECT_EQ(finding.at("repository"), "app");
  EXPECT_EQ(finding.at("needed_by"), nlohmann::json({"app:v1"}));
  EXPECT_EQ(store.snapshot(), before);
}

// row 49
TEST(BadBlobs, AnEmptyManifestPinsTheRepositoriesThatLinkIt) {
  StoreBuilder store;
  const BuiltImage app = store.image("app", "v1", {"base"});
  const Digest loose = store.layer("app", "loose");
  store.link_revision("other", app.manifest);
  store.truncate(app.manifest, 0);
  const TreeSnapshot before = store.snapshot();
  const GcRun run = run_gc(store, {"-m"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_TRUE(run.pinned("other"));
  EXPECT_EQ(run.finding("corrupt-manifest").at("digest"),
            app.manifest.to_string());
  EXPECT_TRUE(store.has_blob(loose));
  EXPECT_EQ(store.snapshot(), before);
}

// row 49
TEST(BadBlobs, TheOneBlobThatIsRightlyEmptyIsNoProblem) {
  StoreBuilder store;
  store.image("app", "v1", {""});
  store.truncate(store.blob("garbage"), 0);
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_TRUE(store.has_blob(sha256("")));
  EXPECT_FALSE(store.has_blob(sha256("garbage")));
}

// row 50
TEST(BadBlobs, AHardLinkedBlobGoesButFreesNothingAndKeepsItsOtherName) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const Digest garbage = store.blob("garbage");
  const fs::path snapshot = store.root() / "backup";
  fs::create_hard_link(store.v2() / StoreBuilder::blob_path(garbage), snapshot);
  const fs::file_time_type written = fs::last_write_time(snapshot);
  const GcRun run = run_gc(store);
  EXPECT_EQ(run.report.at("blobs").at("removed"), 1);
  EXPECT_EQ(run.report.at("bytes").at("removed"), 0);
  EXPECT_FALSE(store.has_blob(garbage));
  EXPECT_EQ(fs::file_size(snapshot), 7u);
  EXPECT_EQ(fs::last_write_time(snapshot), written);
}

// row 50
TEST(BadBlobs, AHardLinkedTemporaryFileGoesButFreesNothing) {
  StoreBuilder store;
  store.image("app", "v1", {"base"});
  const Digest never = sha256("never written");
  const std::string left_overs[] = {
      store.temp_file(StoreBuilder::blob_path(never)),
      store.temp_file(StoreBuilder::layer_link_path("app", never))};
  int names = 0;
  for (const std::string& left : left_overs)
    fs::create_hard_link(store.v2() / left,
                         store.root() / std::to_string(names++));
  const GcRun run = run_gc(store, {"--uploads-older-than", "0"});
  EXPECT_EQ(run.removed("temporary").size(), 2u);
  EXPECT_EQ(run.report.at("bytes_freed"), 0);
}

}  // namespace
}  // namespace dregs
