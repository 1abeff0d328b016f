// _manifests/tags (format.md#P5, #P6; #row-12 to #row-19). Nearly all of it is
// known from the listing; what is left are tags whose link says nothing, and
// what no registry wrote.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "scanner/inventory/judge_repository.h"
#include "scanner/inventory/litter.h"
#include "scanner/keys/finish_parts.h"

namespace dregs {
namespace {

constexpr std::string_view kTagsFolder = "_manifests/tags/";

bool has_trace_of_a_tag(const RepositoryKeys& keys, std::uint32_t t) {
  const HistoryKey first{t, Digest{}, false};
  const auto entry =
      std::lower_bound(keys.history.begin(), keys.history.end(), first);
  return keys.tags[t].has_link ||
         (entry != keys.history.end() && entry->tag == t);
}

Link unread() {
  Link link;
  link.state = LinkState::unreadable;
  link.error = ECANCELED;
  return link;
}

bool has_plain_link(const RepositoryKeys& keys, std::uint32_t t,
                    const Digest& digest) {
  const auto entry = std::lower_bound(keys.history.begin(), keys.history.end(),
                                      HistoryKey{t, digest, false});
  return entry != keys.history.end() && entry->tag == t &&
         entry->digest == digest;
}

// Sorted by name.
std::vector<KeyEntry> by_name(std::vector<KeyEntry> entries) {
  std::ranges::sort(entries, {}, &KeyEntry::name);
  return entries;
}

// What else lies below a tag's folder; nothing where the listing told all.
KeyEntry entry_of(const std::string& tag, const std::vector<KeyEntry>& sorted) {
  const auto entry = std::ranges::lower_bound(sorted, std::string_view(tag), {},
                                              &KeyEntry::name);
  const bool found = entry != sorted.end() && entry->name == tag;
  return found ? *entry : KeyEntry();
}

std::string history_link(const Tag& tag, const Digest& digest) {
  return std::string(kTagsFolder) + tag.name + "/index/sha256/" + digest.hex() +
         "/link";
}

class TagFinisher {
 public:
  TagFinisher(RepositoryKeys& keys, RepositoryReport& report)
      : keys_(keys), report_(report) {}

  void run(const std::vector<KeyEntry>& entries) {
    position_.assign(keys_.tags.size(), kNoTag);
    for (const KeyEntry& entry : entries)
      if (entry.file != nullptr)
        add_stray_tag(entry.name, entry.file->link.value_or(Link()), report_);
    const std::vector<KeyEntry> sorted = by_name(entries);
    for (std::uint32_t t = 0; t < keys_.tags.size(); ++t)
      add(t, entry_of(keys_.tags[t].name, sorted));
    add_history();
    for (const UnsoundTag& each : unsound_)
      report_unsound_tag(each, staying_, report_);
  }

 private:
  static constexpr std::uint32_t kNoTag = ~std::uint32_t{0};

  Tag& tag(std::uint32_t position) {
    return report_.repository().tags[position];
  }

  void add(std::uint32_t t, const KeyEntry& others) {
    const TagKeys& key = keys_.tags[t];
    const std::vector<KeyEntry> inside = entries_of(others.path, others.inside);
    const KeyEntry current = entry_called("current", inside);
    const KeyEntry index = entry_called("index", inside);
    if (is_litter(key.name) && !has_trace_of_a_tag(keys_, t) &&
        current.path.empty() && index.path.empty())
      return report_.litter(std::string(kTagsFolder) + key.name);
    const auto position =
        static_cast<std::uint32_t>(report_.repository().tags.size());
    position_[t] = position;
    add_tag(key.name, report_);
    take_target(key, current, position);
    look_beside(inside, current, index, t);
  }

  void take_target(const TagKeys& key, const KeyEntry& current,
                   std::uint32_t position) {
    const Link link =
        key.has_link ? key.link.value_or(unread()) : link_in(current);
    tag(position).current = link.target;
    if (link.state != LinkState::sound || !link.target)
      unsound_.push_back({position, link});
  }

  void look_beside(const std::vector<KeyEntry>& inside, const KeyEntry& current,
                   const KeyEntry& index, std::uint32_t t) {
    const std::uint32_t position = position_[t];
    const std::string path = std::string(kTagsFolder) + tag(position).name;
    bool foreign = report_beside(path, inside, {"current", "index"}, report_);
    foreign |= report_beside(path + "/current",
                             entries_of(current.path, current.inside), {"link"},
                             report_);
    const std::vector<KeyEntry> algorithms =
        entries_of(index.path, index.inside);
    foreign |= report_beside(path + "/index", algorithms, {"sha256"}, report_);
    const KeyEntry sha256 = entry_called("sha256", algorithms);
    if (index.file != nullptr || sha256.file != nullptr)
      report_.pin(FindingKind::unreadable_folder, path + "/index/sha256",
                  std::strerror(ENOTDIR));
    for (const KeyEntry& entry : entries_of(sha256.path, sha256.inside))
      odd_history(entry, t);
    tag(position).holds_foreign |= foreign;
  }

  // An entry of which the listing did not show a plain link, or with more than
  // that in it.
  void odd_history(const KeyEntry& entry, std::uint32_t t) {
    const std::uint32_t position = position_[t];
    const auto digest = Digest::from_hex(entry.name);
    if (!digest)
      return stays(entry, position, "not an entry of the tag's history");
    const std::vector<KeyEntry> inside = entries_of(entry.path, entry.inside);
    if (has_plain_link(keys_, t, *digest)) {
      tag(position).holds_foreign |=
          report_beside(entry.path, inside, {"link"}, report_);
      return;
    }
    ++report_.repository().history_entries;
    if (tag(position).current != *digest)
      staying_.push_back({position, *digest});
    const bool is_odd =
        entry.file != nullptr || entry_called("link", inside).is_folder();
    if (is_odd)
      return stays(entry, position,
                   "not a folder with a link; it is left alone");
    for (const KeyEntry& each : inside)
      if (each.file != nullptr && layout::is_temporary_name(each.name))
        report_.temporary(std::string(each.path), each.file->size,
                          {each.file->modified_ns, each.file->modified_ns});
      else
        stays(each, position, "not written by a registry; it is left alone");
  }

  void stays(const KeyEntry& entry, std::uint32_t position,
             std::string detail) {
    tag(position).holds_foreign |= !is_litter_file(entry.name);
    report_.foreign(std::string(entry.path), std::move(detail));
  }

  void add_history() {
    Repository& repository = report_.repository();
    for (const HistoryKey& key : keys_.history) {
      const std::uint32_t position = position_[key.tag];
      ++repository.history_entries;
      if (tag(position).current == key.digest) continue;
      repository.history.push_back({position, key.digest});
      if (key.odd_size)
        report_.note(FindingKind::bad_history_link,
                     history_link(tag(position), key.digest),
                     "not a link as registries write it; nobody reads it");
    }
    std::sort(repository.history.begin(), repository.history.end());
    std::sort(staying_.begin(), staying_.end());
  }

  RepositoryKeys& keys_;
  RepositoryReport& report_;
  std::vector<std::uint32_t> position_;  // of a tag's keys among the tags
  std::vector<UnsoundTag> unsound_;
  std::vector<HistoryEntry> staying_;
};

}  // namespace

void finish_tags(RepositoryKeys& keys, const std::vector<KeyEntry>& entries,
                 RepositoryReport& report) {
  TagFinisher(keys, report).run(entries);
}

}  // namespace dregs
