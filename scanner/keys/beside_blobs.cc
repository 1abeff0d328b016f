#include "scanner/keys/beside_blobs.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <tuple>

#include "scanner/formats/append.h"
#include "scanner/formats/components.h"
#include "scanner/formats/layout.h"
#include "scanner/inventory/finding_at.h"
#include "scanner/inventory/litter.h"

namespace dregs {
namespace {

TemporaryFile temporary_file(const BesideBlob& each, const std::string& path) {
  const FileTimes times{each.modified_ns, each.modified_ns};
  return {path, each.size, each.modified_ns, times};
}

// One entry beside a blob's data.
void judge_beside_data(std::string_view entry, const std::string& path,
                       Inventory& inventory) {
  if (is_litter_file(entry))
    inventory.litter.add(path);
  else
    inventory.findings.push_back(
        finding_at(FindingKind::foreign_entry, path,
                   "not written by a registry; it is left alone"));
}

// One entry of a folder without data. Whether it is somebody else's.
bool judge_without_data(std::string_view entry, const std::string& path,
                        const Digest& digest, Inventory& inventory) {
  if (is_litter_file(entry)) {
    inventory.litter.add(path);
    return false;
  }
  if (entry != "data") return true;
  Finding finding =
      finding_at(FindingKind::not_a_regular_file, path, "it is left alone");
  finding.digest = digest.to_string();
  inventory.findings.push_back(std::move(finding));
  return false;
}

// Sorted by name, and all of one blob's folder.
void judge_folder(std::span<const BesideBlob> keys, Inventory& inventory) {
  const Digest& digest = keys.front().digest;
  const bool has_data = inventory.blobs.find(digest).has_value();
  const std::string folder = layout::blob(digest);
  std::string_view last;  // the entry of the folder that was judged last
  bool foreign = false;
  for (const BesideBlob& each : keys) {
    const std::string_view entry = first_component(each.name);
    const bool is_file = entry.size() == each.name.size();
    const std::string path = folder + "/" + std::string(entry);
    if (is_file && layout::is_temporary_name(entry)) {
      inventory.temporary_files.push_back(temporary_file(each, path));
      continue;
    }
    if (&each != &keys.front() && entry == last) continue;
    last = entry;
    if (has_data)
      judge_beside_data(entry, path, inventory);
    else
      foreign |= judge_without_data(entry, path, digest, inventory);
  }
  if (foreign)
    inventory.findings.push_back(
        finding_at(FindingKind::foreign_entry, folder,
                   "holds no data, but files of somebody else"));
}

}  // namespace

void BesideBlobs::take(const Digest& digest, std::string_view name,
                       const StoredObject& object) {
  all_.push_back({digest, std::string(name), object.size, object.modified_ns});
}

void BesideBlobs::merge(BesideBlobs more) {
  append(all_, std::move(more.all_));
}

void BesideBlobs::judge(Inventory& inventory) {
  std::sort(all_.begin(), all_.end(),
            [](const BesideBlob& a, const BesideBlob& b) {
              return std::tie(a.digest, a.name) < std::tie(b.digest, b.name);
            });
  for (auto first = all_.cbegin(); first != all_.cend();) {
    const auto last = std::find_if(
        first, all_.cend(),
        [&](const BesideBlob& each) { return each.digest != first->digest; });
    judge_folder({first, last}, inventory);
    first = last;
  }
}

}  // namespace dregs
