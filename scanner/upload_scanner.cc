// _uploads (format.md P7 to P9; section 8, rows 69 and 70): how much each
// unfinished push holds and when it was last touched.
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cerrno>

#include "scanner/entry_type.h"
#include "scanner/repository_scan.h"

namespace dregs {
namespace {

// id/hashstates/<alg>/<offset> is the deepest that a server makes: no folder
// is known at depth 3.
bool is_known(std::string_view name, int depth, EntryType type) {
  if (depth == 1 && type == EntryType::folder) return name == "hashstates";
  if (depth == 2 && type == EntryType::folder) return true;
  if (type != EntryType::file) return false;
  if (layout::is_temporary_name(name)) return true;
  if (depth == 1) return name == "data" || name == "startedat";
  return depth == 3 && std::all_of(name.begin(), name.end(),
                                   [](char c) { return c >= '0' && c <= '9'; });
}

void add(const FileStatus& status, Upload& upload) {
  if (status.folder()) return;
  upload.changed_ns = std::max(upload.changed_ns, status.changed_ns);
  if (status.regular() && status.links == 1) upload.bytes += status.size;
}

void read_folder(int folder, int depth, std::uint64_t device, Upload& upload) {
  const int error = for_each_entry(folder, [&](FolderEntry entry) {
    FileStatus status;
    const EntryType type = entry_type(folder, entry);
    if (!is_known(entry.name, depth, type) ||
        file_status(folder, entry.c_str(), status) != 0 ||
        status.device != device) {
      upload.recognised = false;
      return;
    }
    add(status, upload);
    if (type != EntryType::folder) return;
    const Descriptor inside = open_folder(folder, entry.c_str());
    if (inside)
      read_folder(inside.get(), depth + 1, device, upload);
    else
      upload.recognised = false;
  });
  if (error != 0) upload.recognised = false;
}

Upload read_upload(int uploads, const std::string& id, std::uint64_t device) {
  Upload upload;
  upload.id = id;
  FileStatus status;
  const Descriptor folder = open_folder(uploads, id);
  if (!folder || descriptor_status(folder.get(), status) != 0 ||
      status.device != device || !layout::is_uuid(id)) {
    upload.recognised = false;
    return upload;
  }
  read_folder(folder.get(), 1, device, upload);
  return upload;
}

}  // namespace

void scan_uploads(int folder, const StopRequest& stop,
                  RepositoryReport& report) {
  FileStatus status;
  descriptor_status(folder, status);
  std::vector<Upload>& uploads = report.repository().uploads;
  const int error = for_each_entry(folder, [&](FolderEntry entry) {
    const EntryType type = entry_type(folder, entry);
    if (type == EntryType::symbolic_link) {
      report.repository().has_foreign_entries = true;
      report.note(FindingKind::symbolic_link,
                  "_uploads/" + std::string(entry.name),
                  "the registry follows it; nothing is removed through it");
      return;
    }
    if (type != EntryType::folder)
      return report.foreign("_uploads/" + std::string(entry.name),
                            "no upload of the registry's");
    uploads.emplace_back().id = entry.name;
  });
  if (error != 0) report.obstacle("_uploads", error);
  std::sort(uploads.begin(), uploads.end(),
            [](const Upload& a, const Upload& b) { return a.id < b.id; });
  tbb::parallel_for(std::size_t{0}, uploads.size(), [&](std::size_t i) {
    if (!stop.requested())
      uploads[i] = read_upload(folder, uploads[i].id, status.device);
  });
  for (const Upload& upload : uploads)
    if (!upload.recognised && !stop.requested())
      report.note(FindingKind::odd_upload, "_uploads/" + upload.id,
                  "not an upload that a server wrote; it is kept");
}

}  // namespace dregs
