// What in one repository belongs to what: children to indexes, referrers to
// subjects, configurations to images. Pure.
#pragma once

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
  // All are borrowed only by the constructor.
  RepositoryImages(const Survey& survey, std::size_t repository,
                   const AliasIndex& aliases);

  // Named by a revision, a tag or a layer link that leads to a manifest.
  bool is_here(DigestId id) const { return here_.contains(id); }
  // Of an index that is here.
  bool is_child(DigestId id) const;
  // The indexes among what is here that have it as a child.
  std::vector<DigestId> indexes_of(DigestId id) const;
  SubjectState subject_state(DigestId id) const;
  // These, every index above them and, where one is a configuration, every
  // image that has it.
  std::set<DigestId> with_all_above(std::vector<DigestId> ids) const;

 private:
  using Pairs = std::vector<std::pair<DigestId, DigestId>>;  // sorted

  void add(const Survey& survey, const AliasIndex& aliases,
           const ManifestNode& node);
  void judge_subject(const Survey& survey, const AliasIndex& aliases,
                     const ManifestNode& node);

  std::set<DigestId> here_;
  Pairs parents_;  // child, index
  Pairs images_;   // configuration, image
  std::set<DigestId> with_subject_here_;
  std::set<DigestId> with_subject_absent_;
  std::set<DigestId> with_subject_elsewhere_;
  std::set<DigestId> with_odd_subject_;
};

// The subject that a tag `sha256-<hex>…` names, as cosign and clients without
// the referrers API write it; none where it is no whole digest.
std::optional<Digest> subject_in_name(std::string_view tag);
// Whether a tag is of this kind, with a whole digest or without.
bool is_signature_name(std::string_view tag);

}  // namespace dregs
