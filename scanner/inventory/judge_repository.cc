#include "scanner/inventory/judge_repository.h"

#include <algorithm>

#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

std::string below_tags(std::string_view rest) {
  return "_manifests/tags/" + std::string(rest);
}

std::string reference_to(std::string_view tag, const RepositoryReport& report) {
  return report.name() + ":" + std::string(tag);
}

// The tag's history lists what it may have meant: all of it is kept.
std::string keep_history_of(std::uint32_t tag,
                            const std::vector<HistoryEntry>& staying,
                            Repository& repository) {
  std::string candidates;
  const std::vector<HistoryEntry>& own = repository.history;
  for (const auto* all : {&own, &staying}) {
    auto entry =
        std::lower_bound(all->begin(), all->end(), HistoryEntry{tag, Digest{}});
    for (; entry != all->end() && entry->tag == tag; ++entry) {
      repository.led_to.push_back(entry->digest);
      candidates +=
          (candidates.empty() ? "" : ", ") + entry->digest.to_string();
    }
  }
  return candidates.empty() ? "its history names nothing"
                            : "its history names " + candidates;
}

Finding& report_tag_link(const Link& link, const std::string& name,
                         const std::string& history, RepositoryReport& report) {
  const std::string path = below_tags(name) + "/current/link";
  if (link.state == LinkState::missing)
    return report.note(FindingKind::tag_without_current, below_tags(name),
                       "listed by servers, yet it names nothing; " + history);
  if (link.state == LinkState::sound)
    return report.pin(FindingKind::bad_tag_link, path,
                      "names a manifest by " + link.other_digest +
                          ", which no server can serve; " + history);
  return report.pin(kind_of(link, FindingKind::bad_tag_link), path,
                    describe(link) + "; " + history);
}

}  // namespace

void judge_name(bool hidden, RepositoryReport& report) {
  if (hidden)
    report.pin(FindingKind::hidden_repository, "",
               "below a folder whose name begins with '_', where no server "
               "looks; all that it names is kept");
  else if (!layout::is_legal_repository_name(report.name()))
    report.pin(FindingKind::odd_repository_name, "",
               "no server accepts this name; all that it names is kept");
}

void report_unsound_link(const NamedLink& named, const std::string& folder,
                         FindingKind bad, std::vector<Digest>& digests,
                         RepositoryReport& report) {
  const std::string below = folder + "/" + named.name.hex();
  const std::string digest = named.name.to_string();
  digests.push_back(named.name);
  if (named.link.target)
    report.repository().led_to.push_back(*named.link.target);
  keep_otherwise(named.link, "", report.repository());
  if (named.through_symbolic_link)
    report.pin(FindingKind::symbolic_link, below,
               "the registry follows it; nothing is removed through it",
               digest);
  else if (named.link.state == LinkState::sound)
    report.pin(FindingKind::mismatched_link, below + "/link",
               "names " +
                   (named.link.target ? named.link.target->to_string()
                                      : named.link.other_digest) +
                   " instead; both are kept",
               digest);
  else
    report.pin(kind_of(named.link, bad), below + "/link", describe(named.link),
               digest);
}

void keep_otherwise(const Link& link, const std::string& name,
                    Repository& repository) {
  for (const std::string* digest : {&link.other_digest, &name})
    if (!digest->empty()) repository.led_to_otherwise.push_back(*digest);
}

// As registries write them: "sha512:<hex>", "tarsum.v1+sha256:<hex>".
bool is_alias_name(std::string_view digest) {
  constexpr std::string_view kTarsum = "tarsum.";
  if (digest.starts_with(kTarsum)) {
    const std::size_t plus = digest.find('+');
    const std::string_view version = digest.substr(0, plus);
    // Whose path could not be made of the digest again.
    if (version.find_first_of(".;:", kTarsum.size()) != version.npos)
      return false;
    digest = digest.substr(plus + 1);
  }
  return DigestText::parse(digest).has_value();
}

void add_alias(const Link& link, const std::string& below,
               const std::string& digest, RepositoryReport& report) {
  const bool unsound = link.state != LinkState::sound;
  report.repository().aliases.push_back({digest, link.target, unsound});
  keep_otherwise(link, digest, report.repository());
  if (!is_alias_name(digest))
    report.pin(FindingKind::bad_layer_link, below, "its name is not a digest");
  else if (unsound)
    report.pin(kind_of(link, FindingKind::bad_layer_link), below + "/link",
               describe(link), digest);
}

void report_unsound_tag(const UnsoundTag& each,
                        const std::vector<HistoryEntry>& staying,
                        RepositoryReport& report) {
  Repository& repository = report.repository();
  const std::string& name = repository.tags[each.tag].name;
  const std::string history = keep_history_of(each.tag, staying, repository);
  if (!each.link.other_digest.empty())
    repository.led_to_otherwise.push_back(each.link.other_digest);
  report_tag_link(each.link, name, history, report).needed_by = {
      reference_to(name, report)};
}

void add_tag(std::string_view name, RepositoryReport& report) {
  report.repository().tags.push_back({std::string(name), std::nullopt});
  if (!layout::is_legal_tag(name))
    report
        .note(FindingKind::odd_tag_name, below_tags(name),
              "no server accepts this name; it is kept as a tag")
        .needed_by = {reference_to(name, report)};
}

void add_stray_tag(std::string_view name, const Link& link,
                   RepositoryReport& report) {
  if (!link.target && is_litter_file(name))
    return report.litter(below_tags(name));
  if (link.target) report.repository().led_to.push_back(*link.target);
  report.repository().has_foreign_entries = true;
  report.note(FindingKind::odd_tag_name, below_tags(name),
              "a file among the tags; what it names is kept",
              link.target ? link.target->to_string() : std::string());
}

bool is_known_in_upload(std::string_view name, int depth, bool is_folder) {
  if (depth == 1 && is_folder) return name == "hashstates";
  if (is_folder) return depth == 2;
  if (layout::is_temporary_name(name)) return true;
  if (depth == 1) return name == "data" || name == "startedat";
  return depth == 3 && std::all_of(name.begin(), name.end(),
                                   [](char c) { return c >= '0' && c <= '9'; });
}

void report_odd_upload(const Upload& upload, const std::string& oddity,
                       RepositoryReport& report) {
  report.note(FindingKind::odd_upload, "_uploads/" + upload.id,
              "not an upload that a server wrote" +
                  (oddity.empty() ? std::string() : " (" + oddity + ")") +
                  "; it is kept; it holds " + std::to_string(upload.bytes) +
                  " bytes");
}

// A repository whose manifests were lost looks like one that never had any,
// and a push that got as far as its layers like both (rows 55 and 56).
void judge_parts(RepositoryReport& report) {
  const Repository& r = report.repository();
  const bool has_links = !r.layers.empty() || !r.aliases.empty();
  const bool has_manifests = !r.revisions.empty() || !r.tags.empty();
  if (!r.has_revisions_folder && (has_links || has_manifests))
    report.pin(FindingKind::manifests_missing,
               r.has_manifests_folder ? "_manifests/revisions" : "_manifests",
               "missing, so nobody knows which layers images need; all "
               "layers are kept");
  if (!r.has_layers_folder && has_manifests)
    report.note(FindingKind::layers_missing, "_layers",
                "missing, so servers cannot serve the images' layers");
}

bool is_layers_only(const Repository& r) {
  const bool has_links = !r.layers.empty() || !r.aliases.empty();
  const bool has_manifests = !r.revisions.empty() || !r.tags.empty();
  return !r.has_manifests_folder && has_links && !has_manifests;
}

void sort_parts(Repository& r) {
  for (auto* digests : {&r.revisions, &r.layers, &r.led_to, &r.empty_revisions,
                        &r.empty_layers}) {
    sort_unique(*digests);
  }
  std::sort(r.aliases.begin(), r.aliases.end());
  std::sort(r.led_to_otherwise.begin(), r.led_to_otherwise.end());
  std::sort(r.empty_aliases.begin(), r.empty_aliases.end());
  std::sort(r.folders.begin(), r.folders.end());
  std::sort(r.pins.begin(), r.pins.end());
}

}  // namespace dregs
