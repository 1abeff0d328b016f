// RepositoryImages says what belongs together in one repository: children and
// indexes, referrers and subjects, configurations and images. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "gc/mark/survey.h"
#include "scanner/inventory/alias_index.h"

namespace dregs {

enum class SubjectState : std::uint8_t {
  none,       // refers to nothing
  here,       // a manifest of the repository
  absent,     // named by sha256, and nowhere in the store
  elsewhere,  // not here, but its blob is stored: another repository may have
              // it
  unknown,    // nobody can tell
};

class RepositoryImages {
 public:
  // The constructor borrows its arguments and keeps none of them.
  RepositoryImages(const Survey& survey, std::size_t repository,
                   const AliasIndex& aliases);

  // Is true for what a revision, a tag or a layer link to a manifest names.
  bool is_here(DigestId id) const { return here_.contains(id); }
  // Is true for a child of an index of this repository.
  bool is_child(DigestId id) const;
  // Returns the indexes of this repository that have `id` as a child.
  std::vector<DigestId> indexes_of(DigestId id) const;
  SubjectState subject_state(DigestId id) const;
  // Returns these manifests and every index above them. For a configuration it
  // returns every image that has it as well.
  std::set<DigestId> with_all_above(std::vector<DigestId> ids) const;

 private:
  using Pairs = std::vector<std::pair<DigestId, DigestId>>;  // sorted

  void add(const Survey& survey, const AliasIndex& aliases,
           const ManifestNode& node);

  std::set<DigestId> here_;
  Pairs parents_;                              // child, index
  Pairs images_;                               // configuration, image
  std::map<DigestId, SubjectState> subjects_;  // of what refers to something
};

// Returns the subject that a tag `sha256-<hex>…` names, as cosign and clients
// without the referrers API write it. Returns none where the name has no whole
// digest.
std::optional<Digest> subject_in_name(std::string_view tag);
// Is true for a tag that begins so, with a whole digest or without one.
bool is_signature_name(std::string_view tag);

}  // namespace dregs
