// What the links and parts of a repository mean, whatever storage they were
// read from (format.md#1.2, #1.6, #2; #row-1 to #row-18, #row-55 and #row-56).
// All functions write into the report, and are pure otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/inventory/link.h"
#include "scanner/inventory/repository_report.h"

namespace dregs {

// `hidden`: below a `_` folder, where servers cannot see it.
void judge_name(bool hidden, RepositoryReport& report);

// `named.link` is neither missing nor names what it should: the repository is
// pinned and both are kept. `folder` is that of all such links, `bad` what a
// link of them is called whose content is no digest; `digests` takes its name.
void report_unsound_link(const NamedLink& named, const std::string& folder,
                         FindingKind bad, std::vector<Digest>& digests,
                         RepositoryReport& report);

// Servers look under both, whatever algorithm it is.
void keep_otherwise(const Link& link, const std::string& name,
                    Repository& repository);

// As registries write them: "sha512:<hex>", "tarsum.v1+sha256:<hex>".
bool is_alias_name(std::string_view digest);

// A layer's link below `below` that is named by another algorithm, whatever it
// holds.
void add_alias(const Link& link, const std::string& below,
               const std::string& digest, RepositoryReport& report);

// A tag whose current link names nothing that a server could serve.
struct UnsoundTag {
  std::uint32_t tag = 0;  // position in Repository::tags
  Link link;
};

// What the tag meant before is kept. The repository's history is sorted, and so
// is `staying`: entries that are none of the registry's own.
void report_unsound_tag(const UnsoundTag& each,
                        const std::vector<HistoryEntry>& staying,
                        RepositoryReport& report);

// A new tag that is called so; it is reported where no server takes the name.
void add_tag(std::string_view name, RepositoryReport& report);

// A file where tags are folders: perhaps somebody's copy of a link.
void add_stray_tag(std::string_view name, const Link& link,
                   RepositoryReport& report);

// Whether a server makes such an entry in an upload's folder, which has depth 1
// (format.md#P7 to #P9). id/hashstates/<alg>/<offset> is the deepest: no folder
// is known at depth 3.
bool is_known_in_upload(std::string_view name, int depth, bool is_folder);

// `oddity`: what in it is not the registry's, for a person; it may be empty.
void report_odd_upload(const Upload& upload, const std::string& oddity,
                       RepositoryReport& report);

// When everything else is known.
void judge_parts(RepositoryReport& report);

// Whether it may be a first push whose manifest is still to come.
bool is_layers_only(const Repository& repository);

// The order that Repository promises.
void sort_parts(Repository& repository);

}  // namespace dregs
