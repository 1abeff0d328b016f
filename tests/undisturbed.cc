#include "tests/undisturbed.h"

#include <algorithm>
#include <iterator>

#include "tests/collect.h"
#include "tests/faulty_disk.h"
#include "tests/servable.h"

namespace dregs {
namespace {

using namespace std::chrono_literals;

constexpr auto kAbandonedUpload = "01234567-89ab-4cde-8f01-23456789abcd";

template <class Set>
Set without(const Set& some, const Set& others) {
  Set rest;
  std::set_difference(some.begin(), some.end(), others.begin(), others.end(),
                      std::inserter(rest, rest.end()));
  return rest;
}

}  // namespace

Undisturbed::Undisturbed(const Build& build, bool delete_untagged)
    : delete_untagged_(delete_untagged) {
  StoreBuilder store;
  build(store);
  before_ = store.snapshot();
  images_before_ = images_and_what_they_lack(store.v2());
  FaultyDisk disk({});
  collect(store.v2(), delete_untagged);
  calls_ = disk.calls();
  after_ = store.snapshot();
  images_after_ = images_and_what_they_lack(store.v2());
  garbage_ = files_lost(before_, after_);
}

std::string Undisturbed::harm_in(const std::filesystem::path& v2) const {
  const TreeSnapshot now = snapshot_tree(v2);
  const auto changed = files_changed(before_, now);
  if (!changed.empty()) return "changed: " + *changed.begin();
  const auto added = files_added(before_, now);
  if (!added.empty()) return "added: " + *added.begin();
  const auto lost = without(files_lost(before_, now), garbage_);
  if (!lost.empty()) return "lost: " + *lost.begin();
  return image_harmed(v2);
}

std::string Undisturbed::image_harmed(const std::filesystem::path& v2) const {
  const Images now = images_and_what_they_lack(v2);
  for (const auto& [image, ignored] : images_after_) {
    const auto at = now.find(image);
    if (at == now.end()) return image + " is gone";
    const auto lacks = without(at->second, images_before_.at(image));
    if (!lacks.empty()) return image + " lacks " + *lacks.begin();
  }
  return {};
}

bool Undisturbed::is_half_done(const std::filesystem::path& v2) const {
  const TreeSnapshot now = snapshot_tree(v2);
  return now != before_ && now != after_;
}

std::string Undisturbed::rerun_differs(const std::filesystem::path& v2) const {
  const SweepResult result = collect(v2, delete_untagged_);
  if (!result.complete) return "the next run is not complete";
  return difference(v2);
}

std::string Undisturbed::difference(const std::filesystem::path& v2) const {
  const TreeSnapshot now = snapshot_tree(v2);
  const auto extra = without(now, after_);
  if (!extra.empty()) return "still there: " + extra.begin()->first;
  const auto missing = without(after_, now);
  if (!missing.empty()) return "not there: " + missing.begin()->first;
  return {};
}

void build_one_of_each(StoreBuilder& store) {
  const BuiltImage old = store.image("team/app", "v1", {"base", "old"});
  const BuiltImage amd = store.image("team/app", "", {"base", "amd"});
  const BuiltImage arm = store.image("team/app", "", {"base", "arm"});
  store.index("team/app", "v2", {amd.manifest, arm.manifest});
  store.referrer("team/app", amd.manifest, "signed");
  store.referrer("team/app", old.manifest, "signed, too");
  store.move_tag("team/app", "v1",
                 store.image("team/app", "", {"base", "new"}).manifest);
  store.delete_manifest(
      "team/app", store.image("team/app", "gone", {"base", "gone"}).manifest);
  store.layer("team/app", "no manifest ever came");
  store.schema1("legacy", "v1", {"base", "schema1"}, 2);
  store.move_tag("legacy", "v1", store.image("legacy", "", {"arm"}).manifest);
  store.image("hashed", "v1", {"one"}, {.sha512_layers = true});
  store.delete_manifest(
      "hashed",
      store.image("hashed", "v2", {"two"}, {.sha512_layers = true}).manifest);
  store.delete_manifest(
      "emptied/inner",
      store.image("emptied/inner", "v1", {"base", "inner"}).manifest);
  store.truncate(store.image("damaged", "v1", {"kept"}).manifest, 3);
  store.layer("damaged", "kept with it");
  store.upload("team/app", kAbandonedUpload, 200h, "half a layer");
  store.temp_file(StoreBuilder::tag_path("team/app", "v1"));
  store.temp_file(StoreBuilder::blob_path(store.blob("orphan")));
  store.folder(
      "blobs/sha256/00/"
      "0000000000000000000000000000000000000000000000000000000000000000");
}

}  // namespace dregs
