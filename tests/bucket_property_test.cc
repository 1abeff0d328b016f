// A disk and a bucket with the same content, over random stores: the same
// findings, marks and plan, blob for blob.
//
// What only a disk has is taken away or left out: folders that are empty, and
// the removal of folders that become empty. Both are asked for mtimes, for a
// bucket has nothing else.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>

#include "gc/decide/plan.h"
#include "gc/mark/mark.h"
#include "gc/survey/take_bucket_survey.h"
#include "gc/survey/take_survey.h"
#include "scanner/files/descriptor.h"
#include "tests/memory_bucket.h"
#include "tests/random_store.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

// How the bucket answers: nothing of it may make a difference.
struct BucketShape {
  bool hides_md5s = false;
  std::size_t page_size = 1000;
  int connections = 4;
};

// A bucket has no folders, hence no empty ones.
void remove_empty_folders(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory() && !entry.is_symlink())
      remove_empty_folders(entry.path());
  if (fs::is_empty(folder)) fs::remove(folder);
}

constexpr const char* kHex =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kUpload = "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e21";

// Folders of a store, and what no registry puts there.
std::vector<std::string> odd_folders() {
  const std::string hex = std::string("/") + kHex;
  const std::string app = "repositories/app/";
  return {"blobs",
          "blobs/sha256",
          "blobs/sha256/e3",
          "blobs/sha256/e3" + hex,
          "blobs/sha512",
          "blobs/sha512/ab",
          "repositories",
          "repositories/team",
          "repositories/_layers/sha256",
          "repositories/_layers/x",
          "repositories/_manifests",
          "repositories/_uploads",
          "repositories/.Trash-0/app",
          "repositories/.snapshot/app/_layers",
          "repositories/_x/app/_manifests/tags/v1",
          "repositories/UPPER/_layers",
          app + "_layers",
          app + "_layers/sha256",
          app + "_layers/sha256" + hex,
          app + "_layers/sha512",
          app + "_layers/sha384" + hex,
          app + "_layers/tarsum",
          app + "_layers/tarsum/v1/sha256" + hex,
          app + "_manifests",
          app + "_manifests/revisions",
          app + "_manifests/revisions/sha256",
          app + "_manifests/revisions/sha256" + hex,
          app + "_manifests/revisions/sha256" + hex + "/signatures/sha256",
          app + "_manifests/revisions/sha512" + hex,
          app + "_manifests/tags",
          app + "_manifests/tags/v1",
          app + "_manifests/tags/.v1",
          app + "_manifests/tags/v1/current",
          app + "_manifests/tags/v1/index",
          app + "_manifests/tags/v1/index/sha256",
          app + "_manifests/tags/v1/index/sha256" + hex,
          app + "_uploads",
          app + "_uploads/odd",
          app + "_uploads/" + kUpload,
          app + "_uploads/" + kUpload + "/hashstates/sha256"};
}

std::vector<std::string> odd_names() {
  return {"link",
          "data",
          "0",
          "current/link",
          "index/sha256/" + std::string(kHex) + "/link",
          kHex,
          std::string(kHex) + "/link",
          std::string(kHex) + "/data",
          std::string("link.") + kUpload + ".tmp",
          ".DS_Store",
          "Thumbs.db",
          ".hidden/link",
          "a b",
          "a b/file",
          "foreign",
          "foreign/link",
          "sha256",
          "tags",
          "current",
          "index",
          "signatures",
          "startedat",
          "_layers",
          "_manifests/revisions/sha256/" + std::string(kHex) + "/link"};
}

struct OddFile {
  unsigned folder = 0;
  unsigned name = 0;
  unsigned content = 0;
};

std::ostream& operator<<(std::ostream& out, const OddFile& odd) {
  const auto folders = odd_folders();
  const auto names = odd_names();
  return out << folders[odd.folder % folders.size()] << "/"
             << names[odd.name % names.size()] << " (" << odd.content << ")";
}

rc::Gen<std::vector<OddFile>> odd_files() {
  const auto number = rc::gen::inRange(0U, 1000U);
  return rc::gen::container<std::vector<OddFile>>(
      rc::gen::construct<OddFile>(number, number, number));
}

// Nothing where an odd file before it is in its way.
void add(StoreBuilder& store, const Digest& image, const OddFile& odd) {
  const auto folders = odd_folders();
  const auto names = odd_names();
  const std::string folder = folders[odd.folder % folders.size()];
  const std::string path = folder + "/" + names[odd.name % names.size()];
  const std::string contents[] = {"", "no link", std::string("sha256:") + kHex,
                                  image.to_string(), sha512_text("base")};
  std::string above;
  for (const fs::path& component : fs::path(path)) {
    above += (above.empty() ? "" : "/") + component.string();
    const bool is_last = above == path;
    if (store.has(above) && (is_last || !fs::is_directory(store.v2() / above)))
      return;
  }
  store.write(path, contents[odd.content % 5]);
}

Survey survey_of_disk(const StoreBuilder& store) {
  const Descriptor v2 = open_folder(AT_FDCWD, store.v2());
  const StopRequest stop;
  SurveyProgress progress;
  return take_survey(v2.get(), false, stop, progress);
}

Survey survey_of_bucket(const StoreBuilder& store, const BucketShape& shape) {
  MemoryBucket bucket;
  bucket.fill(store);
  bucket.page_size = shape.page_size;
  if (shape.hides_md5s) bucket.hide_md5s();
  const StopRequest stop;
  SurveyProgress progress;
  return take_bucket_survey({bucket, "/registry/", shape.connections}, false,
                            stop, progress)
      .survey;
}

std::string line_of(const Finding& finding) {
  std::string line = std::string(to_string(finding.kind)) + " " + finding.path +
                     " [" + finding.repository + "] " + finding.digest + ": " +
                     finding.detail + " x" + std::to_string(finding.count);
  for (const std::string& user : finding.needed_by) line += " <" + user;
  return line;
}

std::vector<std::string> sorted(std::vector<std::string> lines) {
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> findings_of(const Survey& survey) {
  std::vector<std::string> lines;
  for (const Finding& finding : survey.diagnosis.findings)
    lines.push_back(line_of(finding));
  return sorted(lines);
}

std::vector<std::string> pins_of(const Survey& survey) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < survey.diagnosis.pins.size(); ++i)
    for (const PinReason& pin : survey.diagnosis.pins[i])
      lines.push_back(survey.inventory.repositories[i].name + ": " +
                      std::string(to_string(pin.kind)) + " " + pin.detail);
  return sorted(lines);
}

struct Decided {
  std::vector<std::string> live;
  std::vector<std::string> plan;
};

Decided decide(const Survey& survey, Policy policy) {
  const auto& [inventory, graph, diagnosis, surroundings] = survey;
  const MarkSet marks = mark(inventory, graph, diagnosis.pins, policy);
  Decided decided;
  for (BlobId id = 0; id < inventory.blobs.size(); ++id)
    decided.live.push_back(inventory.blobs[id].digest.hex() + " " +
                           std::to_string(marks.live[id]) +
                           std::to_string(marks.held[id]));
  for (const Removal& removal : make_plan(inventory, marks, policy).removals)
    if (removal.kind != RemovalKind::folder)
      decided.plan.push_back(path_of(removal, inventory) + " " +
                             std::to_string(removal.bytes));
  decided.plan = sorted(decided.plan);
  return decided;
}

void compare_with_disk(const StoreProgram& program, bool delete_untagged,
                       const BucketShape& shape,
                       const std::vector<OddFile>& odd = {}) {
  StoreBuilder store;
  build(store, program);
  const Digest image = store.image("app", "v1", {"base"}).manifest;
  for (const OddFile& each : odd) add(store, image, each);
  remove_empty_folders(store.v2());
  if (!fs::exists(store.v2())) return;
  const Survey disk = survey_of_disk(store);
  const Survey bucket = survey_of_bucket(store, shape);
  Policy policy;
  policy.delete_untagged = delete_untagged;
  policy.age_by = AgeBy::mtime;
  policy.now_ns = disk.inventory.started_ns;
  const Decided of_disk = decide(disk, policy);
  const Decided of_bucket = decide(bucket, policy);
  RC_ASSERT(of_bucket.plan == of_disk.plan);
  RC_ASSERT(of_bucket.live == of_disk.live);
  RC_ASSERT(pins_of(bucket) == pins_of(disk));
  RC_ASSERT(findings_of(bucket) == findings_of(disk));
}

BucketShape any_shape() {
  return {*rc::gen::arbitrary<bool>(),
          *rc::gen::element<std::size_t>(2, 9, 1000), *rc::gen::element(1, 5)};
}

RC_GTEST_PROP(BucketProperty, HealthyStoresAreWhatTheyAreOnADisk, ()) {
  const auto program = *healthy_stores();
  compare_with_disk(program, *rc::gen::arbitrary<bool>(), any_shape());
}

RC_GTEST_PROP(BucketProperty, DamagedStoresAreWhatTheyAreOnADisk, ()) {
  const auto program = *damaged_stores();
  compare_with_disk(program, *rc::gen::arbitrary<bool>(), any_shape());
}

RC_GTEST_PROP(BucketProperty, WhatNoRegistryWritesIsWhatItIsOnADisk, ()) {
  const auto program = *rc::gen::resize(5, healthy_stores());
  compare_with_disk(program, *rc::gen::arbitrary<bool>(), any_shape(),
                    *odd_files());
}

RC_GTEST_PROP(BucketProperty, ServedStoresAreWhatTheyAreOnADisk, ()) {
  const auto program = *served_stores();
  compare_with_disk(program, *rc::gen::arbitrary<bool>(), any_shape());
}

}  // namespace
}  // namespace dregs
