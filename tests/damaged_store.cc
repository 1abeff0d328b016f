#include "tests/damaged_store.h"

#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

std::string own_layer(const std::string& repository, const std::string& of) {
  return "layer of " + repository + " " + of;
}

}  // namespace

DamagedStore::DamagedStore() {
  app = fill("app", "v1");
  old = fill("app", "");
  fill("other", "v1");
  fill("other", "");
  for (const char* repository : {"app", "other"})
    store.layer(repository, own_layer(repository, "nobody"));
}

BuiltImage DamagedStore::fill(const std::string& repository,
                              const std::string& tag) {
  const std::string layer = own_layer(repository, tag.empty() ? "old" : tag);
  return store.image(repository, tag, {"base", layer});
}

void DamagedStore::collect() {
  const TreeSnapshot before = store.snapshot();
  std::vector<std::string> arguments;
  if (deletes_untagged()) arguments.emplace_back("--delete-untagged");
  run = run_gc(store, arguments);
  const TreeSnapshot after = store.snapshot();
  lost = files_lost(before, after);
  EXPECT_EQ(files_added(before, after), std::set<std::string>());
  EXPECT_EQ(files_changed(before, after), std::set<std::string>());
}

std::set<std::string> DamagedStore::garbage_of(
    const std::string& repository) const {
  const Digest nobodys = sha256(own_layer(repository, "nobody"));
  std::set<std::string> gone = {
      StoreBuilder::blob_path(nobodys),
      StoreBuilder::layer_link_path(repository, nobodys)};
  if (!deletes_untagged()) return gone;
  // The same words push the same image, elsewhere.
  StoreBuilder copy;
  gone.merge(files_of(
      repository,
      copy.image(repository, "", {"base", own_layer(repository, "old")})));
  const Digest base = sha256("base");
  gone.erase(StoreBuilder::blob_path(base));
  gone.erase(StoreBuilder::layer_link_path(repository, base));
  return gone;
}

void DamagedStore::expect_gone(std::set<std::string> more) const {
  more.merge(garbage_of("other"));
  EXPECT_EQ(lost, more);
}

void DamagedStore::expect_pinned() const {
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_FALSE(run.pinned("other"));
  EXPECT_EQ(run.exit_code, 1) << run.report.at("findings");
  expect_gone();
}

void DamagedStore::expect_still_pinned() const {
  EXPECT_TRUE(run.pinned("app"));
  EXPECT_FALSE(run.pinned("other"));
  EXPECT_EQ(run.exit_code, 1) << run.report.at("findings");
  for (const std::string& path : garbage_of("app"))
    EXPECT_TRUE(store.has(path)) << path;
  for (const std::string& path : garbage_of("other"))
    EXPECT_FALSE(store.has(path)) << path;
}

void DamagedStore::expect_not_pinned() const {
  EXPECT_FALSE(run.pinned("app"));
  expect_gone(garbage_of("app"));
}

nlohmann::json DamagedStore::expect_finding(
    const std::string& kind, const std::string& path, const std::string& digest,
    const std::vector<std::string>& needed_by,
    const std::string& repository) const {
  for (const nlohmann::json& each : run.report.at("findings")) {
    if (each.at("kind") != kind || each.at("path") != in_root(path) ||
        each.at("repository") != repository)
      continue;
    EXPECT_EQ(each.at("needed_by"), nlohmann::json(needed_by)) << each;
    EXPECT_EQ(each.at("digest"), digest.empty() ? nlohmann::json(nullptr)
                                                : nlohmann::json(digest));
    return each;
  }
  ADD_FAILURE() << "no " << kind << " of " << repository << " at " << path
                << " in " << run.report.at("findings").dump(2);
  return nullptr;
}

std::string DamagedStore::detail_of(const std::string& kind) const {
  const nlohmann::json finding = run.finding(kind);
  return finding.is_null() ? "" : finding.at("detail").get<std::string>();
}

bool DamagedStore::reported(const std::string& kind) const {
  return !run.finding(kind).is_null();
}

std::set<std::string> DamagedStore::files_of(const std::string& repository,
                                             const BuiltImage& image) {
  std::set<std::string> files = {
      StoreBuilder::revision_path(repository, image.manifest),
      StoreBuilder::blob_path(image.manifest)};
  std::vector<Digest> parts = image.layers;
  parts.push_back(image.config);
  for (const Digest& part : parts) {
    files.insert(StoreBuilder::blob_path(part));
    files.insert(StoreBuilder::layer_link_path(repository, part));
  }
  return files;
}

std::string untagged(const std::string& repository, const Digest& digest) {
  return repository + "@" + digest.to_string();
}

std::string mode_name(const testing::TestParamInfo<bool>& mode) {
  return mode.param ? "delete_untagged" : "plain";
}

}  // namespace dregs
