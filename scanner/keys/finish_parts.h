// The parts of a repository, one after the other; see finish_repository.h.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/inventory/repository_report.h"
#include "scanner/keys/finish_repository.h"
#include "scanner/keys/key_entries.h"

namespace dregs {

// What lies in the folder of a link besides it, where the link is there;
// `known` are the names of what belongs there. Returns whether anything of
// somebody else's does.
bool report_beside(std::string_view folder,
                   const std::vector<KeyEntry>& entries,
                   std::initializer_list<std::string_view> known,
                   RepositoryReport& report);

// The same where the link is not there.
void report_left_over(const KeyEntry& folder, RepositoryReport& report);

// An object where the registry has a folder. What is below it all the same is
// read as ever.
void report_no_folder(const KeyEntry& entry, RepositoryReport& report);

// Where links of one kind are.
struct LinkPart {
  std::string folder;
  FindingKind bad{};             // what one of them is called
  std::vector<Digest>& digests;  // sorted; those that are proved
  // Takes what is below the links' folders named signatures, where that may be.
  std::vector<RevisionSignature>* signatures = nullptr;
};

// The links by sha256 of which the listing did not prove what they hold.
void finish_links(const KeyEntry& folder, LinkPart to,
                  RepositoryReport& report);

// `algorithms` are the entries of _manifests/revisions.
void finish_revisions(const std::vector<KeyEntry>& algorithms,
                      std::vector<RevisionSignature>& signatures,
                      RepositoryReport& report);

// `entries` are those of _layers.
void finish_layers(const std::vector<KeyEntry>& entries,
                   RepositoryReport& report);

// `entries` are those of _manifests/tags that were not taken for links. Fills
// the repository's tags and history.
void finish_tags(RepositoryKeys& keys, const std::vector<KeyEntry>& entries,
                 RepositoryReport& report);

// `entries` are those of _uploads; the repository's uploads are already those
// whose data is pending.
void finish_uploads(const std::vector<KeyEntry>& entries,
                    RepositoryReport& report);

}  // namespace dregs
