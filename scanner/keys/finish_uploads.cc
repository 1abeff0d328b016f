// _uploads (format.md#P7 to #P9; #row-69 and #row-70): how much each unfinished
// push holds and when it was last touched.
#include <algorithm>

#include "scanner/inventory/judge_repository.h"
#include "scanner/inventory/litter.h"
#include "scanner/keys/finish_parts.h"

namespace dregs {
namespace {

// One upload, and what in it is not the registry's.
class UploadFinisher {
 public:
  UploadFinisher(Upload& upload, RepositoryReport& report)
      : upload_(upload), report_(report) {}

  void run(const KeyEntry& folder, bool is_pending) {
    has_own_ = is_pending;
    if (!layout::is_uuid(upload_.id)) upload_.recognised = false;
    visit(entries_of(folder.path, folder.inside), 1);
    // Nothing in it would go.
    if (!has_own_ && has_litter_) upload_.recognised = false;
    if (!upload_.recognised && (has_own_ || !has_litter_))
      report_odd_upload(upload_, oddity_, report_);
  }

 private:
  void visit(const std::vector<KeyEntry>& entries, int depth) {
    for (const KeyEntry& entry : entries) {
      if (is_litter_file(entry.name)) {
        has_litter_ = true;
        report_.litter(std::string(entry.path));
        continue;
      }
      if (entry.file != nullptr) add(entry, depth);
      if (!entry.is_folder()) continue;
      if (!is_known_in_upload(entry.name, depth, true)) odd(entry);
      visit(entries_of(entry.path, entry.inside), depth + 1);
    }
  }

  void add(const KeyEntry& entry, int depth) {
    if (!is_known_in_upload(entry.name, depth, false)) odd(entry);
    has_own_ = true;
    upload_.bytes += entry.file->size;
    upload_.changed_ns = std::max(upload_.changed_ns, entry.file->modified_ns);
    upload_.times.take_newer(
        {entry.file->modified_ns, entry.file->modified_ns});
  }

  // The first in the order of names is told.
  void odd(const KeyEntry& entry) {
    const std::size_t above =
        std::string_view("_uploads/").size() + upload_.id.size() + 1;
    upload_.recognised = false;
    const std::string_view what = entry.path.substr(above);
    if (oddity_.empty() || what < oddity_) oddity_ = what;
  }

  Upload& upload_;
  RepositoryReport& report_;
  std::string oddity_;
  bool has_litter_ = false;
  bool has_own_ = false;  // files that are not litter
};

}  // namespace

void finish_uploads(const std::vector<KeyEntry>& entries,
                    RepositoryReport& report) {
  std::vector<Upload>& uploads = report.repository().uploads;
  std::vector<KeyEntry> folders;
  for (const KeyEntry& entry : entries) {
    if (entry.file != nullptr || is_litter(entry.name))
      report.foreign(std::string(entry.path),
                     "not an upload of the registry's");
    if (entry.is_folder() && !is_litter(entry.name)) folders.push_back(entry);
  }
  std::ranges::sort(folders, {}, &KeyEntry::name);
  const std::vector<Upload> pending = uploads;
  for (const KeyEntry& folder : folders)
    if (!std::ranges::binary_search(pending, folder.name, {}, &Upload::id))
      uploads.emplace_back().id = folder.name;
  std::ranges::sort(uploads, {}, &Upload::id);
  for (Upload& upload : uploads) {
    const auto folder = std::ranges::lower_bound(
        folders, std::string_view(upload.id), {}, &KeyEntry::name);
    const bool has_folder =
        folder != folders.end() && folder->name == upload.id;
    UploadFinisher(upload, report)
        .run(has_folder ? *folder : KeyEntry(), upload.changed_ns != 0);
  }
}

}  // namespace dregs
