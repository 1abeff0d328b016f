// _uploads (format.md#P7 to #P9; #row-69 and #row-70): how much each unfinished
// push holds and when it was last touched.
#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cerrno>

#include "scanner/files/entry_type.h"
#include "scanner/inventory/judge_repository.h"
#include "scanner/inventory/litter.h"
#include "scanner/repositories/repository_scan.h"

namespace dregs {
namespace {

// What is neither is none of a server's.
bool is_known(std::string_view name, int depth, EntryType type) {
  const bool folder = type == EntryType::folder;
  return (folder || type == EntryType::file) &&
         is_known_in_upload(name, depth, folder);
}

void add(const FileStatus& status, Upload& upload) {
  if (status.folder()) return;
  upload.changed_ns = std::max(upload.changed_ns, status.changed_ns);
  upload.times.take_newer(status.times());
  if (status.regular() && status.links == 1) upload.bytes += status.size;
}

// One upload, and what in it is not the registry's.
class UploadReader {
 public:
  UploadReader(std::uint64_t device, Upload& upload)
      : device_(device), upload_(upload) {}

  void read(int uploads) {
    FileStatus status;
    const Descriptor folder = open_folder(uploads, upload_.id);
    if (!folder || descriptor_status(folder.get(), status) != 0 ||
        status.device != device_ || !layout::is_uuid(upload_.id))
      upload_.recognised = false;
    if (!folder) return odd("", std::strerror(errno));
    read_folder(folder.get(), 1, "");
    // Nothing in it would go.
    if (!has_own_ && !litter_.empty()) upload_.recognised = false;
  }

  bool is_odd() const { return has_own_ || litter_.empty(); }
  // Relative to the upload; why it is not recognised, for a person.
  const std::string& oddity() const { return oddity_; }
  const std::vector<std::string>& litter() const { return litter_; }
  // Of files that an NFS client has open though they were removed.
  std::uint64_t open_bytes() const { return open_bytes_; }

 private:
  void read_folder(int folder, int depth, const std::string& above) {
    const int error = for_each_entry(folder, [&](FolderEntry entry) {
      visit(folder, entry, depth, above + std::string(entry.name));
    });
    if (error != 0) odd(above, std::strerror(error));
  }

  void visit(int folder, FolderEntry entry, int depth,
             const std::string& path) {
    FileStatus status;
    const EntryType type = entry_type(folder, entry);
    if (file_status(folder, entry.c_str(), status) != 0) return odd(path, "");
    if (is_litter_file(entry.name)) return visit_litter(entry, status, path);
    if (!is_known(entry.name, depth, type) || status.device != device_)
      odd(path, "");
    add(status, upload_);
    has_own_ = has_own_ || !status.folder();
    if (type != EntryType::folder || status.device != device_ ||
        depth > kDeepest)
      return;
    const Descriptor inside = open_folder(folder, entry.c_str());
    if (!inside) return odd(path, std::strerror(errno));
    read_folder(inside.get(), depth + 1, path + "/");
  }

  // Its time says nothing about the push, but where a push has it open.
  void visit_litter(FolderEntry entry, const FileStatus& status,
                    const std::string& path) {
    litter_.push_back(path);
    if (!is_open_on_nfs(entry.name)) return;
    upload_.changed_ns = std::max(upload_.changed_ns, status.changed_ns);
    upload_.times.take_newer(status.times());
    open_bytes_ += status.size;
  }

  void odd(const std::string& path, const std::string& why) {
    upload_.recognised = false;
    const std::string what = path + (why.empty() ? "" : ": " + why);
    if (oddity_.empty() || what < oddity_) oddity_ = what;
  }

  static constexpr int kDeepest = 8;  // what is deeper is not counted

  std::uint64_t device_;
  Upload& upload_;
  std::string oddity_;
  std::vector<std::string> litter_;
  bool has_own_ = false;  // files that are not litter
  std::uint64_t open_bytes_ = 0;
};

void report_upload(const UploadReader& reader, const Upload& upload,
                   RepositoryReport& report) {
  const std::string below = "_uploads/" + upload.id;
  for (const std::string& path : reader.litter())
    report.litter(fmt::format("{}/{}", below, path));
  if (reader.open_bytes() > 0)
    report.note(FindingKind::open_on_nfs, below,
                "a process on an NFS client still has a removed file open; " +
                    std::to_string(reader.open_bytes()) +
                    " bytes are free when it ends");
  if (!upload.recognised && reader.is_odd())
    report_odd_upload(upload, reader.oddity(), report);
}

}  // namespace

void scan_uploads(int folder, const StopRequest& stop,
                  RepositoryReport& report) {
  FileStatus status;
  descriptor_status(folder, status);
  std::vector<Upload>& uploads = report.repository().uploads;
  const int error = for_each_entry(folder, [&](FolderEntry entry) {
    const EntryType type = entry_type(folder, entry);
    if (type == EntryType::symbolic_link && !is_litter(entry.name)) {
      report.repository().has_foreign_entries = true;
      report.note(FindingKind::symbolic_link,
                  "_uploads/" + std::string(entry.name),
                  "the registry follows it; nothing is removed through it");
      return;
    }
    if (type != EntryType::folder || is_litter(entry.name))
      return report.foreign("_uploads/" + std::string(entry.name),
                            "not an upload of the registry's");
    uploads.emplace_back().id = entry.name;
  });
  if (error != 0) report.obstacle("_uploads", error);
  std::sort(uploads.begin(), uploads.end(),
            [](const Upload& a, const Upload& b) { return a.id < b.id; });
  std::vector<UploadReader> readers;
  readers.reserve(uploads.size());
  for (Upload& upload : uploads) readers.emplace_back(status.device, upload);
  tbb::parallel_for(std::size_t{0}, uploads.size(), [&](std::size_t i) {
    if (!stop.requested()) readers[i].read(folder);
  });
  for (std::size_t i = 0; i < uploads.size() && !stop.requested(); ++i)
    report_upload(readers[i], uploads[i], report);
}

}  // namespace dregs
