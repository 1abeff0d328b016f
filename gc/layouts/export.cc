#include "gc/layouts/export.h"

#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <tbb/parallel_for.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <stdexcept>

#include "gc/context/stopped_early.h"
#include "gc/heal/new_file.h"
#include "gc/layouts/layout_folder.h"
#include "gc/layouts/layout_index.h"
#include "scanner/files/whole_file.h"
#include "scanner/formats/escaped.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/sha256.h"
#include "scanner/manifests/manifest_details.h"

namespace dregs {
namespace {

bool share_bytes(const OpenedStore& store, const Digest& digest, int to) {
  if (store.in_bucket()) return false;
  const Descriptor from =
      open_followed(store.v2.get(), layout::blob_data(digest).c_str());
  return from && ::ioctl(to, FICLONE, from.get()) == 0;
}

Digest hash_of(int file) {
  Sha256 hasher;
  const int error = read_in_parts(file, [&](std::string_view part) {
    hasher.update(part);
    return 0;
  });
  if (error != 0) throw std::runtime_error(std::strerror(error));
  return hasher.finish();
}

// What came of each blob. Any number of threads.
class Tally {
 public:
  void count(CopiedBlobs ExportResult::*which, const ExportedBlob& blob) {
    const std::scoped_lock lock(mutex_);
    ++(result_.*which).count;
    (result_.*which).bytes += blob.bytes;
  }

  void note_corrupt(const ExportedBlob& blob) {
    note(blob,
         blob.manifest ? FindingKind::corrupt_manifest
                       : FindingKind::corrupt_blob,
         "does not hash to its name");
  }

  void note(const ExportedBlob& blob, FindingKind kind, std::string detail) {
    Finding finding;
    finding.kind = kind;
    finding.path = layout::blob_data(blob.digest);
    finding.repository = blob.repository;
    finding.digest = blob.digest.to_string();
    finding.needed_by = {blob.needed_by};
    finding.detail = std::move(detail);
    const std::scoped_lock lock(mutex_);
    result_.findings.push_back(std::move(finding));
  }

  ExportResult take_result() {
    sort_findings(result_.findings);
    return std::move(result_);
  }

 private:
  std::mutex mutex_;
  ExportResult result_;
};

class Exporter {
 public:
  Exporter(const OpenedStore& store, const ExportOptions& options,
           const StopRequest& stop)
      : store_(store), layout_(options.to, store.root), stop_(stop) {
    for (const std::string& path : options.unless_in)
      others_.emplace_back(path);
  }

  const LayoutFolder& layout() const { return layout_; }

  void copy(const ExportedBlob& blob) {
    if (is_elsewhere(blob)) return tally_.count(&ExportResult::left_out, blob);
    if (layout_.has(blob.digest))
      return tally_.count(&ExportResult::there, blob);
    const Descriptor file = layout_.begin(blob.digest);
    try {
      copy_into(file.get(), blob);
    } catch (...) {
      layout_.drop(blob.digest);
      throw;
    }
  }

  ExportResult take_result() { return tally_.take_result(); }

 private:
  // Whoever reads the layout finds every manifest in it.
  bool is_elsewhere(const ExportedBlob& blob) const {
    if (blob.manifest) return false;
    for (const OtherLayout& other : others_)
      if (other.has(blob.digest, blob.bytes)) return true;
    return false;
  }

  void copy_into(int file, const ExportedBlob& blob) {
    const bool shared = share_bytes(store_, blob.digest, file);
    if (!(shared ? is_sound(file, blob) : is_copied(file, blob)))
      return layout_.drop(blob.digest);
    layout_.keep(blob.digest);
    tally_.count(shared ? &ExportResult::shared : &ExportResult::copied, blob);
  }

  bool is_sound(int file, const ExportedBlob& blob) {
    if (hash_of(file) == blob.digest) return true;
    tally_.note_corrupt(blob);
    return false;
  }

  // False where the store's bytes are not what they should be.
  bool is_copied(int file, const ExportedBlob& blob) {
    const BlobContent content = store_.reader().stream_blob(
        blob.digest,
        [&](std::string_view part) { add_part(file, blob, part); });
    switch (content.state) {
      case BlobContent::State::sound:
        return true;
      case BlobContent::State::missing:
        tally_.note(blob, FindingKind::missing_blob,
                    "is not in the store any more");
        return false;
      case BlobContent::State::unreadable:
        tally_.note(
            blob, FindingKind::unreadable_file,
            std::string("cannot be read: ") + std::strerror(content.error));
        return false;
      default:
        tally_.note_corrupt(blob);
        return false;
    }
  }

  void add_part(int file, const ExportedBlob& blob, std::string_view part) {
    if (stop_.requested()) stop_early(stop_, "the layout is not finished");
    if (const int error = write_all_to(file, part))
      throw std::runtime_error(fmt::format(
          "{}: cannot be written: {}",
          escaped(layout_.path_of("blobs/sha256/" + blob.digest.hex())),
          std::strerror(error)));
  }

  const OpenedStore& store_;
  LayoutFolder layout_;
  const StopRequest& stop_;
  std::vector<OtherLayout> others_;
  Tally tally_;
};

std::vector<LayoutEntry> entries_of(const ExportChoice& choice,
                                    const StoreReader& reader) {
  std::vector<LayoutEntry> entries;
  for (const ExportedImage& image : choice.images) {
    const BlobContent content =
        reader.read_blob(image.digest, kLargestParsedManifest);
    const ManifestDetails details = describe_manifest(content.bytes);
    entries.push_back({image.name, details.media_type, image.digest,
                       content.size, details.artifact_type});
  }
  return entries;
}

}  // namespace

ExportResult export_images(const OpenedStore& store, const ExportChoice& choice,
                           const ExportOptions& options,
                           const StopRequest& stop, ExportProgress& progress) {
  Exporter exporter(store, options, stop);
  const std::string index = exporter.layout().index();
  const std::string file = exporter.layout().path_of("index.json");
  static_cast<void>(merged_index(index, file, {}));  // before the long part
  progress.blobs = choice.blobs.size();
  tbb::parallel_for(std::size_t{0}, choice.blobs.size(), [&](std::size_t i) {
    if (stop.requested()) return;
    exporter.copy(choice.blobs[i]);
    ++progress.done;
  });
  if (stop.requested()) stop_early(stop, "the layout is not finished");
  ExportResult result = exporter.take_result();
  if (result.findings.empty())
    exporter.layout().replace_index(
        merged_index(index, file, entries_of(choice, store.reader())));
  return result;
}

}  // namespace dregs
