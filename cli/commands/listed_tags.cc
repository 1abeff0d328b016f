#include "cli/commands/listed_tags.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <set>

#include "gc/explain/image_findings.h"
#include "gc/pulls/last_pull.h"
#include "gc/saved/pulls_file.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

ListedTag listed(const Repository& repository, const Tag& tag,
                 const StoreReader& reader) {
  return {
      repository.name,
      tag.name,
      tag.current,
      {},
      reader.modified_time(layout::current_link(repository.name, tag.name))};
}

ListedTag listed(const Repository& repository, const Digest& digest,
                 const StoreReader& reader) {
  return {repository.name,
          "",
          digest,
          {},
          reader.modified_time(
              layout::link_in(layout::revision(repository.name, digest)))};
}

void add_untagged(const Repository& repository, const StoreReader& reader,
                  std::vector<ListedTag>& to) {
  std::set<Digest> tagged;
  for (const Tag& tag : repository.tags)
    if (tag.current) tagged.insert(*tag.current);
  for (const Digest& digest : repository.revisions)
    if (!tagged.contains(digest))
      to.push_back(listed(repository, digest, reader));
}

}  // namespace

std::vector<ListedTag> listed_tags(const std::vector<Selected>& selected,
                                   const Inventory& inventory,
                                   const StoreReader& reader, bool untagged) {
  std::vector<ListedTag> all;
  for (const Selected& each : selected) {
    const Repository& repository = inventory.repositories[each.repository];
    if (each.tag) {
      all.push_back(listed(repository, repository.tags[*each.tag], reader));
    } else if (each.digest) {
      all.push_back(listed(repository, *each.digest, reader));
    } else {
      for (const Tag& tag : repository.tags)
        all.push_back(listed(repository, tag, reader));
      if (untagged) add_untagged(repository, reader, all);
    }
  }
  return all;
}

void drop_young(std::vector<ListedTag>& tags, std::int64_t newest_ns) {
  std::erase_if(tags, [&](const ListedTag& tag) {
    return !tag.pushed_ns || *tag.pushed_ns > newest_ns;
  });
}

void add_pulls(std::vector<ListedTag>& tags, const std::string& pulls_file,
               const StoreReader& reader) {
  const PullTimes pulls = load_pulls(pulls_file);
  for (ListedTag& tag : tags)
    if (tag.digest)
      tag.pulled_ns =
          last_pull_of(pulls, reader, tag.repository, tag.tag, *tag.digest);
}

void read_images(std::vector<ListedTag>& tags, const StoreReader& reader,
                 const StopRequest& stop) {
  tbb::parallel_for(std::size_t{0}, tags.size(), [&](std::size_t i) {
    if (tags[i].digest && !stop.requested())
      tags[i].image = summarize_image(reader, *tags[i].digest);
  });
}

void sort_tags(std::vector<ListedTag>& tags, LsOrder order) {
  const auto in_order = [order](const ListedTag& a, const ListedTag& b) {
    if (order == LsOrder::size) return a.image.size > b.image.size;
    return order == LsOrder::pushed ? a.pushed_ns > b.pushed_ns
                                    : a.pulled_ns > b.pulled_ns;
  };
  if (order != LsOrder::name)
    std::stable_sort(tags.begin(), tags.end(), in_order);
}

std::vector<ListedRevision> history_of(const std::vector<ListedTag>& tags,
                                       const StoreReader& reader) {
  std::vector<ListedRevision> history;
  for (const ListedTag& listed : tags) {
    if (listed.tag.empty()) continue;
    const Tag tag{listed.tag, listed.digest};
    for (TagRevision& revision :
         read_tag_history(reader, listed.repository, tag))
      history.push_back({listed.repository, listed.tag, revision});
  }
  return history;
}

void add_image_findings(const std::vector<ListedTag>& tags,
                        std::vector<Finding>& findings) {
  for (const ListedTag& tag : tags)
    if (tag.digest)
      add_manifest_finding(
          tag.repository, *tag.digest, tag.image.state,
          tag.repository +
              (tag.tag.empty() ? "@" + tag.digest->to_string() : ":" + tag.tag),
          findings);
}

}  // namespace dregs
