// _manifests/tags (format.md P5, P6; section 8, rows 12 to 19). Every
// current/link is read once and every history folder listed once, whatever
// the number of revisions.
#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cerrno>

#include "scanner/append.h"
#include "scanner/entry_type.h"
#include "scanner/link_folder.h"
#include "scanner/repository_scan.h"

namespace dregs {
namespace {

struct UnsoundTag {
  std::uint32_t tag = 0;
  Link link;
};

// What threads find beside the tags' sound targets; merged and sorted.
struct TagExtras {
  std::vector<HistoryEntry> history;
  std::vector<UnsoundTag> unsound;
  std::vector<std::string> bad_history;  // relative to the repository
  std::vector<std::pair<std::string, int>> odd_history;  // with an errno
  std::uint64_t history_entries = 0;
};

void merge(TagExtras& into, TagExtras& from) {
  append(into.history, std::move(from.history));
  append(into.unsound, std::move(from.unsound));
  append(into.bad_history, std::move(from.bad_history));
  append(into.odd_history, std::move(from.odd_history));
  into.history_entries += from.history_entries;
}

std::string below_tags(std::string_view rest) {
  return "_manifests/tags/" + std::string(rest);
}

// One tag: its target into `tag`, everything else into `extras`.
class TagReader {
 public:
  TagReader(int tags, Tag& tag, std::uint32_t position, TagExtras& extras)
      : tags_(tags), tag_(tag), position_(position), extras_(extras) {}

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
    Descriptor folder = open_folder_beneath(tags_, index);
    if (!folder) {
      if (errno == ENOENT) return;
      extras_.odd_history.emplace_back(index, errno);
      // What a symbolic link or mount leads to still says what the tag was.
      if (errno == ELOOP || errno == EXDEV) folder = open_folder(tags_, index);
      if (!folder) return;
    }
    const int error = for_each_entry(folder.get(), [&](FolderEntry entry) {
      if (const auto digest = Digest::from_hex(entry.name))
        add(folder.get(), *digest, entry);
    });
    if (error != 0) extras_.odd_history.emplace_back(index, error);
  }

  void add(int folder, const Digest& digest, FolderEntry entry) {
    ++extras_.history_entries;
    if (tag_.current == digest) return;
    extras_.history.push_back({position_, digest});
    const std::string link = std::string(entry.name) + "/link";
    if (!read_link(folder, link.c_str()).names(digest))
      extras_.bad_history.push_back(below_tags(tag_.name) + "/index/sha256/" +
                                    link);
  }

  int tags_;
  Tag& tag_;
  std::uint32_t position_;
  TagExtras& extras_;
};

class TagScanner {
 public:
  TagScanner(int folder, RepositoryReport& report)
      : folder_(folder), report_(report) {}

  void run(const StopRequest& stop, ScanProgress& progress) {
    list();
    std::vector<Tag>& tags = report_.repository().tags;
    std::sort(tags.begin(), tags.end(),
              [](const Tag& a, const Tag& b) { return a.name < b.name; });
    tbb::enumerable_thread_specific<TagExtras> extras;
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, tags.size(), 16),
        [&](const tbb::blocked_range<std::size_t>& range) {
          TagExtras& mine = extras.local();
          for (std::size_t i = range.begin(); i < range.end(); ++i)
            if (!stop.requested())
              TagReader(folder_, tags[i], static_cast<std::uint32_t>(i), mine)
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
      if (type == EntryType::folder || type == EntryType::symbolic_link)
        add(entry.name, type == EntryType::symbolic_link);
      else
        read_stray(entry);
    });
    if (error != 0) report_.obstacle("_manifests/tags", error);
  }

  void add(std::string_view name, bool linked) {
    report_.repository().tags.push_back({std::string(name), std::nullopt});
    if (!layout::is_legal_tag(name))
      report_
          .note(FindingKind::odd_tag_name, below_tags(name),
                "no server accepts this name; it is kept as a tag")
          .needed_by = {reference(name)};
    if (linked)
      report_.pin(FindingKind::symbolic_link, below_tags(name),
                  "the registry follows it; nothing is removed through it");
  }

  // A file where tags are folders: perhaps somebody's copy of a link.
  void read_stray(FolderEntry entry) {
    const Link link = read_link(folder_, entry.c_str());
    if (link.target) report_.repository().led_to.push_back(*link.target);
    report_.repository().has_foreign_entries = true;
    report_.note(FindingKind::odd_tag_name, below_tags(entry.name),
                 "a file among the tags; what it names is kept",
                 link.target ? link.target->to_string() : std::string());
  }

  std::string reference(std::string_view tag) const {
    return report_.name() + ":" + std::string(tag);
  }

  void conclude() {
    Repository& repository = report_.repository();
    repository.history = std::move(all_.history);
    std::sort(repository.history.begin(), repository.history.end());
    repository.history_entries = all_.history_entries;
    for (const UnsoundTag& each : all_.unsound) unsound(each);
    for (const std::string& path : all_.bad_history)
      report_.note(FindingKind::bad_history_link, path,
                   "does not name its own folder; nobody reads it");
    for (const auto& [index, error] : all_.odd_history) odd(index, error);
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

  // The tag's history lists what it may have meant: all of it is kept.
  std::string keep_history_of(std::uint32_t tag) {
    std::string candidates;
    Repository& repository = report_.repository();
    const std::vector<HistoryEntry>& all = repository.history;
    auto entry =
        std::lower_bound(all.begin(), all.end(), HistoryEntry{tag, Digest{}});
    for (; entry != all.end() && entry->tag == tag; ++entry) {
      repository.led_to.push_back(entry->digest);
      candidates +=
          (candidates.empty() ? "" : ", ") + entry->digest.to_string();
    }
    return candidates.empty() ? "its history names nothing"
                              : "its history names " + candidates;
  }

  void unsound(const UnsoundTag& each) {
    const std::string& name = report_.repository().tags[each.tag].name;
    const std::string history = keep_history_of(each.tag);
    if (!each.link.other_digest.empty())
      report_.repository().led_to_otherwise.push_back(each.link.other_digest);
    report_unsound(each.link, name, history).needed_by = {reference(name)};
  }

  Finding& report_unsound(const Link& link, const std::string& name,
                          const std::string& history) {
    const std::string path = below_tags(name) + "/current/link";
    if (link.state == LinkState::missing)
      return report_.note(
          FindingKind::tag_without_current, below_tags(name),
          "listed by servers, yet it names nothing; " + history);
    if (link.state == LinkState::sound)
      return report_.pin(FindingKind::bad_tag_link, path,
                         "names a manifest by " + link.other_digest +
                             ", which no server can serve; " + history);
    return report_.pin(kind_of(link, FindingKind::bad_tag_link), path,
                       describe(link) + "; " + history);
  }

  int folder_;
  RepositoryReport& report_;
  TagExtras all_;
};

}  // namespace

void scan_tags(int folder, const StopRequest& stop, ScanProgress& progress,
               RepositoryReport& report) {
  TagScanner(folder, report).run(stop, progress);
}

}  // namespace dregs
