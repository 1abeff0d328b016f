#include "gc/heal/repair.h"

#include <unistd.h>

#include <cerrno>
#include <set>
#include <string_view>

#include "gc/heal/new_file.h"
#include "gc/remove/aside_folder.h"
#include "gc/remove/make_parent.h"
#include "gc/remove/move_file.h"
#include "gc/remove/remover.h"
#include "scanner/files/descriptor.h"
#include "scanner/files/whole_file.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/sha256.h"
#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

using Outcome = Repaired::Outcome;

constexpr std::size_t kChunk = 1024 * 1024;

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

// The file that is being made, one at a time, where no server looks. Functions
// return 0 or an errno value.
class StagedFile {
 public:
  explicit StagedFile(int v2)
      : folder_(make_own_folder(v2, ".dregs/repair")),
        file_(folder_ ? ::openat(folder_.get(), kName,
                                 O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
                                     O_CLOEXEC,
                                 0600)
                      : -1),
        error_(file_ ? 0 : errno) {}

  int error() const { return error_; }

  int write(std::string_view bytes) { return write_all_to(file_.get(), bytes); }

  int finish(int folder) { return finish_as_a_server(file_.get(), folder); }

  int put(int folder, const std::string& name) {
    return move_file(folder_.get(), kName, folder, name);
  }

 private:
  static constexpr const char* kName = "new";

  Descriptor folder_;
  Descriptor file_;
  int error_;
};

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
        return link ? 0 : file.write(bytes);
      });
    if (error == 0 && link) error = file.write(repair.digest.to_string());
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

  // Gives see(bytes) all of a file; fails unless that hashes to the digest.
  template <class See>
  int read(int source, Repaired& result, const See& see) {
    FileStatus status;
    int error = descriptor_status(source, status);
    if (error == 0 && !status.regular()) error = EINVAL;
    WholeFile file(source);
    Sha256 hasher;
    while (error == 0) {
      if (stop_.requested()) return ECANCELED;
      const ssize_t got = file.read(buffer_);
      if (got < 0) return static_cast<int>(-got);
      if (got == 0) break;
      const std::string_view bytes(buffer_.data(),
                                   static_cast<std::size_t>(got));
      hasher.update(bytes);
      bytes_ += bytes.size();
      error = see(bytes);
    }
    if (error != 0 || hasher.finish() == result.repair.digest) return error;
    result.outcome = Outcome::corrupt_source;
    return EBADMSG;
  }

  int v2_;
  int other_;
  AsideFolder aside_;
  const StopRequest& stop_;
  std::atomic<std::uint64_t>& bytes_;
  std::string buffer_ = std::string(kChunk, '\0');
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
