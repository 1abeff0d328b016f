// _manifests/tags (format.md#P5, #P6; #row-12 to #row-19). Every current/link
// is read once and every history folder listed once, whatever the number of
// revisions. No server reads the links of the history, and nothing is concluded
// from what they hold: their names say what a tag meant. They are asked for
// their type and size alone.
#include <fmt/format.h>
#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cerrno>

#include "scanner/files/entry_type.h"
#include "scanner/files/left_over.h"
#include "scanner/files/link_folder.h"
#include "scanner/formats/append.h"
#include "scanner/inventory/judge_repository.h"
#include "scanner/inventory/litter.h"
#include "scanner/repositories/repository_scan.h"

namespace dregs {
namespace {

// What is not as a server leaves it, so that it stays.
struct OddHistory {
  std::string path;  // relative to the tags
  FindingKind kind{};
  std::string detail;
};

// What threads find beside the tags' sound targets; merged and sorted.
struct TagExtras {
  std::vector<HistoryEntry> history;
  std::vector<HistoryEntry> staying_history;  // of entries that are odd
  std::vector<OddHistory> odd_entries;
  std::vector<std::pair<std::string, FileStatus>> temporary_files;
  std::vector<UnsoundTag> unsound;
  std::vector<std::string> bad_history;  // relative to the repository
  std::vector<std::pair<std::string, int>> odd_history;  // with an errno
  std::uint64_t history_entries = 0;
};

void merge(TagExtras& into, TagExtras& from) {
  append(into.history, std::move(from.history));
  append(into.staying_history, std::move(from.staying_history));
  append(into.odd_entries, std::move(from.odd_entries));
  append(into.temporary_files, std::move(from.temporary_files));
  append(into.unsound, std::move(from.unsound));
  append(into.bad_history, std::move(from.bad_history));
  append(into.odd_history, std::move(from.odd_history));
  into.history_entries += from.history_entries;
}

std::string below_tags(std::string_view rest) {
  return "_manifests/tags/" + std::string(rest);
}

// `index` is a tag's folder of them. Where it is odd, `extras` says so.
Descriptor open_history(int tags, const std::string& index, TagExtras& extras) {
  Descriptor folder = open_folder_beneath(tags, index);
  if (folder || errno == ENOENT) return folder;
  const int error = errno;
  extras.odd_history.emplace_back(index, error);
  // What a symbolic link or mount leads to still says what the tag was.
  if (error == ELOOP || error == EXDEV) return open_folder(tags, index);
  return folder;
}

// Returns the kind of finding for an entry of the history that no server
// writes. `device` is the device of the tags' folder.
FindingKind kind_of_odd(int error, const FileStatus& status,
                        std::uint64_t device) {
  if (error != 0 && error != ENOTDIR) return FindingKind::bad_history_link;
  return error == 0 && status.device != device ? FindingKind::other_filesystem
                                               : FindingKind::foreign_entry;
}

// One tag: its target into `tag`, everything else into `extras`.
class TagReader {
 public:
  TagReader(int tags, std::uint64_t device, Tag& tag, std::uint32_t position,
            TagExtras& extras)
      : tags_(tags),
        device_(device),
        tag_(tag),
        position_(position),
        extras_(extras) {}

  void read() {
    const Link link = read_link(tags_, (tag_.name + "/current/link").c_str());
    tag_.current = link.target;
    if (link.state != LinkState::sound || !link.target)
      extras_.unsound.push_back({position_, link});
    read_history();
  }

 private:
  void read_history() {
    const std::string index = tag_.name + "/index/sha256";
    const Descriptor folder = open_history(tags_, index, extras_);
    if (!folder) return;
    const int error = for_each_entry(folder.get(), [&](FolderEntry entry) {
      if (const auto digest = Digest::from_hex(entry.name))
        add(folder.get(), *digest, entry);
      else
        stays(entry, FindingKind::foreign_entry,
              "not an entry of the tag's history");
    });
    if (error != 0) extras_.odd_history.emplace_back(index, error);
  }

  // An entry goes as the sweep would have it: a folder of its own with a
  // regular file for a link, or with nothing in it. Whatever else it is stays.
  // The target's own entry goes with the tag alone.
  void add(int folder, const Digest& digest, FolderEntry entry) {
    ++extras_.history_entries;
    FileStatus status;
    const std::string link = std::string(entry.name) + "/link";
    int error = ENOTDIR;
    if (entry_type(folder, entry) == EntryType::folder)
      error = file_status(folder, link.c_str(), status);
    if (error == 0 && status.regular() && status.device == device_)
      return add_own(digest, status.size, link);
    if (error == ENOENT && is_left_over(folder, entry))
      return add_own(digest, 0, link);
    if (tag_.current != digest)
      extras_.staying_history.push_back({position_, digest});
    if (error != ENOENT)
      stays(entry, kind_of_odd(error, status, device_),
            "not a folder with a link; it is left alone");
  }

  // Whether nothing at all is left in an entry without its link. What is left
  // there is reported, or goes first.
  bool is_left_over(int folder, FolderEntry entry) {
    const LeftOver left =
        look_at_left_over(folder, std::string(entry.name), device_);
    const std::string path =
        tag_.name + "/index/sha256/" + std::string(entry.name);
    for (const auto& [name, status] : left.temporary_files)
      extras_.temporary_files.emplace_back(fmt::format("{}/{}", path, name),
                                           status);
    for (const auto* names : {&left.litter, &left.foreign})
      for (const std::string& name : *names)
        stays(name, fmt::format("{}/{}", path, name),
              FindingKind::foreign_entry,
              "not written by a registry; it is left alone");
    if (left.error != 0 || left.elsewhere)
      stays(entry.name, path, FindingKind::bad_history_link,
            left.elsewhere ? "leads elsewhere" : std::strerror(left.error));
    return left.can_go() && left.temporary_files.empty();
  }

  void add_own(const Digest& digest, std::uint64_t size,
               const std::string& link) {
    constexpr std::uint64_t kLinkBytes = 71;  // of a sha256 digest
    if (tag_.current == digest) return;
    extras_.history.push_back({position_, digest});
    if (size != kLinkBytes)
      extras_.bad_history.push_back(below_tags(tag_.name) + "/index/sha256/" +
                                    link);
  }

  void stays(FolderEntry entry, FindingKind kind, std::string detail) {
    stays(entry.name, tag_.name + "/index/sha256/" + std::string(entry.name),
          kind, std::move(detail));
  }

  void stays(std::string_view name, std::string path, FindingKind kind,
             std::string detail) {
    tag_.holds_foreign = tag_.holds_foreign || !is_litter_file(name);
    extras_.odd_entries.push_back({std::move(path), kind, std::move(detail)});
  }

  int tags_;
  std::uint64_t device_;  // of the tags' folder
  Tag& tag_;
  std::uint32_t position_;
  TagExtras& extras_;
};

// A folder that could not be a tag, unless it holds what only a tag does.
bool is_litter_folder(int tags, FolderEntry entry, EntryType type) {
  FileStatus status;
  const std::string name(entry.name);
  return (type == EntryType::folder || type == EntryType::symbolic_link) &&
         is_litter(name) &&
         file_status(tags, (name + "/current").c_str(), status) == ENOENT &&
         file_status(tags, (name + "/index").c_str(), status) == ENOENT;
}

class TagScanner {
 public:
  TagScanner(int folder, RepositoryReport& report)
      : folder_(folder), report_(report) {
    FileStatus status;
    descriptor_status(folder, status);
    device_ = status.device;
  }

  void run(const StopRequest& stop, ScanProgress& progress) {
    list();
    std::vector<Tag>& tags = report_.repository().tags;
    std::sort(tags.begin(), tags.end(),
              [](const Tag& a, const Tag& b) { return a.name < b.name; });
    tbb::enumerable_thread_specific<TagExtras> extras;
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, tags.size(), 16),
                      [&](const tbb::blocked_range<std::size_t>& range) {
                        TagExtras& mine = extras.local();
                        for (std::size_t i = range.begin(); i < range.end();
                             ++i)
                          if (!stop.requested())
                            TagReader(folder_, device_, tags[i],
                                      static_cast<std::uint32_t>(i), mine)
                                .read();
                      });
    progress.links += tags.size();
    for (TagExtras& each : extras) merge(all_, each);
    conclude();
  }

 private:
  void list() {
    report_.repository().tags.reserve(likely_entries(folder_));
    const int error = for_each_entry(folder_, [&](FolderEntry entry) {
      const EntryType type = entry_type(folder_, entry);
      if (is_litter_folder(folder_, entry, type))
        report_.litter(below_tags(entry.name));
      else if (type == EntryType::folder || type == EntryType::symbolic_link)
        add(entry.name, type == EntryType::symbolic_link);
      else
        add_stray_tag(entry.name, read_link(folder_, entry.c_str()), report_);
    });
    if (error != 0) report_.obstacle("_manifests/tags", error);
  }

  void add(std::string_view name, bool linked) {
    add_tag(name, report_);
    if (linked)
      report_.pin(FindingKind::symbolic_link, below_tags(name),
                  "the registry follows it; nothing is removed through it");
  }

  void conclude() {
    Repository& repository = report_.repository();
    repository.history = std::move(all_.history);
    std::sort(repository.history.begin(), repository.history.end());
    std::sort(all_.staying_history.begin(), all_.staying_history.end());
    repository.history_entries = all_.history_entries;
    for (const UnsoundTag& each : all_.unsound)
      report_unsound_tag(each, all_.staying_history, report_);
    for (const std::string& path : all_.bad_history)
      report_.note(FindingKind::bad_history_link, path,
                   "not a link as registries write it; nobody reads it");
    for (const OddHistory& each : all_.odd_entries) stays(each);
    for (const auto& [path, status] : all_.temporary_files)
      report_temporary(below_tags(path), status, report_);
    for (const auto& [index, error] : all_.odd_history) odd(index, error);
  }

  void stays(const OddHistory& each) {
    const std::string path = below_tags(each.path);
    if (each.kind == FindingKind::foreign_entry)
      report_.foreign(path, each.detail);
    else
      report_.note(each.kind, path, each.detail);
  }

  void odd(const std::string& index, int error) {
    if (error == ELOOP)
      report_.pin(FindingKind::symbolic_link, below_tags(index),
                  "the registry follows it; nothing is removed through it");
    else if (error == EXDEV)
      report_.pin(FindingKind::other_filesystem, below_tags(index),
                  "another filesystem is mounted here; nothing is removed");
    else
      report_.pin(FindingKind::unreadable_folder, below_tags(index),
                  std::strerror(error));
  }

  int folder_;
  RepositoryReport& report_;
  std::uint64_t device_ = 0;
  TagExtras all_;
};

}  // namespace

void scan_tags(int folder, const StopRequest& stop, ScanProgress& progress,
               RepositoryReport& report) {
  TagScanner(folder, report).run(stop, progress);
}

}  // namespace dregs
