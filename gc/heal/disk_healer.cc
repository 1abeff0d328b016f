#include "gc/heal/disk_healer.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

#include "gc/heal/staged_file.h"
#include "gc/remove/aside_folder.h"
#include "gc/remove/make_parent.h"
#include "scanner/files/descriptor.h"
#include "scanner/files/disk_reader.h"
#include "scanner/formats/layout.h"
#include "scanner/objects/object_store.h"

namespace dregs {
namespace {

using Outcome = Repaired::Outcome;

std::string aside_of(const std::string& run) { return "quarantine/" + run; }

// Ends the reading of a blob: an errno value.
struct Cut {
  int error;
};

class Repairer {
 public:
  Repairer(int v2, const StoreReader* other, const std::string& run,
           const StopRequest& stop, std::atomic<std::uint64_t>& bytes)
      : v2_(v2),
        own_(v2),
        other_(other),
        aside_(v2, aside_of(run)),
        stop_(stop),
        bytes_(bytes),
        staging_(v2) {}

  // None where a stop was requested before it was done.
  std::optional<Repaired> carry_out(const Repair& repair) {
    Repaired result{repair, Outcome::failed, "", ""};
    const int error = replace(result);
    if (error == ECANCELED && stop_.requested()) return std::nullopt;
    if (error == 0)
      result.outcome = Outcome::done;
    else if (result.error.empty())
      result.error = std::strerror(error);
    return result;
  }

 private:
  int replace(Repaired& result) {
    const Repair& repair = result.repair;
    const bool link = repair.what == Repair::What::link;
    std::optional<StagedFile> file;
    const int error =
        read(link ? own_ : *other_, result, [&](std::string_view bytes) {
          if (!file) file.emplace(v2_);
          return file->add(link ? std::string_view() : bytes);
        });
    if (error != 0) return error;
    if (!file) file.emplace(v2_);
    if (link) file->add(repair.digest.to_string());
    return put(*file, result);
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

  // Reads the blob whole, and calls see(bytes) with each part of it. Fails
  // unless the blob hashes to its digest.
  template <class See>
  int read(const StoreReader& source, Repaired& result, const See& see) try {
    const BlobContent content =
        source.stream_blob(result.repair.digest, [&](std::string_view bytes) {
          if (stop_.requested()) throw Cut{ECANCELED};
          bytes_ += bytes.size();
          if (const int error = see(bytes)) throw Cut{error};
        });
    if (content.state == BlobContent::State::sound) return 0;
    if (content.state == BlobContent::State::unreadable) return content.error;
    result.outcome = content.state == BlobContent::State::missing
                         ? Outcome::no_source
                         : Outcome::corrupt_source;
    return content.state == BlobContent::State::missing ? ENOENT : EBADMSG;
  } catch (const Cut& cut) {
    return cut.error;
  } catch (const StorageError& error) {
    result.error = error.what();
    return stop_.requested() ? ECANCELED : EIO;
  }

  int v2_;
  DiskReader own_;
  const StoreReader* other_;
  AsideFolder aside_;
  const StopRequest& stop_;
  std::atomic<std::uint64_t>& bytes_;
  StagingFolder staging_;
};

bool is_empty_file(int v2, const std::string& path) {
  FileStatus status;
  return file_status(v2, path.c_str(), status) == 0 && status.regular() &&
         status.size == 0;
}

}  // namespace

std::vector<Repaired> DiskHealer::repair(const std::vector<Repair>& repairs,
                                         const StoreReader* other,
                                         const StopRequest& stop,
                                         std::atomic<std::uint64_t>& bytes) {
  Repairer repairer(v2_, other, run_, stop, bytes);
  std::vector<Repaired> done = repair_each(repairs, repairer, stop);
  if (done.empty() || ::syncfs(v2_) == 0) return done;
  const std::string error = std::strerror(errno);
  for (Repaired& result : done)
    if (result.outcome == Outcome::done)
      result = {result.repair, Outcome::failed, error, result.replaced};
  return done;
}

std::vector<Quarantined> DiskHealer::quarantine(
    const std::vector<Finding>& findings) {
  AsideFolder aside(v2_, aside_of(run_));
  std::vector<Quarantined> all;
  for (const WrongFile& file :
       worth_quarantine(findings, [this](const std::string& path) {
         return is_empty_file(v2_, path);
       })) {
    const MovedFile moved = aside.take(file.path);
    all.push_back({moved.path, moved.to,
                   moved.error == 0 ? "" : std::strerror(moved.error)});
  }
  if (all.empty() || ::syncfs(v2_) == 0) return all;
  const std::string error = std::strerror(errno);
  for (Quarantined& each : all)
    if (each.error.empty()) each.error = error;
  return all;
}

}  // namespace dregs
