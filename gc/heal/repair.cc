#include "gc/heal/repair.h"

#include <unistd.h>

#include <cerrno>
#include <set>
#include <string_view>

#include "gc/heal/staged_file.h"
#include "gc/remove/aside_folder.h"
#include "gc/remove/make_parent.h"
#include "gc/remove/remover.h"
#include "scanner/files/descriptor.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

using Outcome = Repaired::Outcome;

bool is_about_a_blob(FindingKind kind) {
  switch (kind) {
    case FindingKind::corrupt_blob:
    case FindingKind::empty_blob:
    case FindingKind::corrupt_manifest:
    case FindingKind::missing_blob:
    case FindingKind::missing_manifest:
    case FindingKind::dangling_tag:
      return true;
    default:
      return false;
  }
}

bool is_about_a_link(FindingKind kind) {
  return kind == FindingKind::bad_revision_link ||
         kind == FindingKind::bad_layer_link ||
         kind == FindingKind::mismatched_link;
}

// Where no server looks, or no server would have written it so, dregs writes
// nothing.
bool is_out_of_bounds(FindingKind kind) {
  return kind == FindingKind::hidden_repository ||
         kind == FindingKind::odd_repository_name;
}

class Repairer {
 public:
  Repairer(int v2, int other, const std::string& run, const StopRequest& stop,
           std::atomic<std::uint64_t>& bytes)
      : v2_(v2),
        other_(other),
        aside_(v2, "quarantine/" + run),
        stop_(stop),
        bytes_(bytes) {
    remove_staged(v2);
  }
  ~Repairer() { remove_staged(v2_); }
  Repairer(const Repairer&) = delete;
  Repairer& operator=(const Repairer&) = delete;

  Repaired carry_out(const Repair& repair) {
    Repaired result{repair, Outcome::failed, 0, ""};
    result.error = replace(result);
    if (result.error == 0) result.outcome = Outcome::done;
    return result;
  }

 private:
  int replace(Repaired& result) {
    const Repair& repair = result.repair;
    const bool link = repair.what == Repair::What::link;
    const Descriptor source = open_followed(
        link ? v2_ : other_, layout::blob_data(repair.digest).c_str());
    if (!source) {
      if (errno == ENOENT) result.outcome = Outcome::no_source;
      return errno;
    }
    StagedFile file(v2_);
    int error = file.error();
    if (error == 0)
      error = read(source.get(), result, [&](std::string_view bytes) {
        return link ? 0 : file.add(bytes);
      });
    if (error == 0 && link) error = file.add(repair.digest.to_string());
    return error == 0 ? put(file, result) : error;
  }

  int put(StagedFile& file, Repaired& result) {
    const std::string& path = result.repair.path;
    const Descriptor folder = make_parent(v2_, path);
    if (!folder) return errno;
    if (const int error = file.finish(folder.get())) return error;
    const MovedFile moved = aside_.take(path);
    result.replaced = moved.to;
    if (moved.error != 0 && moved.error != ENOENT) return moved.error;
    return file.put(folder.get(), std::string(layout::last_component(path)));
  }

  template <class See>
  int read(int source, Repaired& result, const See& see) {
    const HashedRead read =
        read_hashed(source, result.repair.digest, stop_, bytes_, see);
    if (read.corrupt) result.outcome = Outcome::corrupt_source;
    return read.error;
  }

  int v2_;
  int other_;
  AsideFolder aside_;
  const StopRequest& stop_;
  std::atomic<std::uint64_t>& bytes_;
};

}  // namespace

std::vector<Repair> repairable(const std::vector<Finding>& findings, bool blobs,
                               bool links) {
  std::set<std::string> out_of_bounds;
  for (const Finding& finding : findings)
    if (is_out_of_bounds(finding.kind))
      out_of_bounds.insert(finding.repository);
  std::vector<Repair> repairs;
  for (const Finding& finding : findings) {
    const auto digest = Digest::parse(finding.digest);
    if (!digest) continue;
    if (blobs && is_about_a_blob(finding.kind))
      repairs.push_back(
          {Repair::What::blob, layout::blob_data(*digest), *digest});
    if (links && is_about_a_link(finding.kind) &&
        !out_of_bounds.contains(finding.repository))
      repairs.push_back({Repair::What::link, finding.path, *digest});
  }
  sort_unique(repairs);
  return repairs;
}

std::vector<Repaired> carry_out(const std::vector<Repair>& repairs, int v2,
                                int other, const std::string& run,
                                const StopRequest& stop,
                                std::atomic<std::uint64_t>& bytes) {
  Repairer repairer(v2, other, run, stop, bytes);
  std::vector<Repaired> done;
  for (const Repair& repair : repairs) {
    Repaired result = repairer.carry_out(repair);
    if (stop.requested() && result.error == ECANCELED) break;
    done.push_back(std::move(result));
  }
  if (done.empty() || ::syncfs(v2) == 0) return done;
  for (Repaired& result : done)
    if (result.error == 0)
      result = {result.repair, Outcome::failed, errno, result.replaced};
  return done;
}

}  // namespace dregs
