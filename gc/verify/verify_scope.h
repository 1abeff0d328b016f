// What a verification is about: all of the store, or what some images need,
// and of that one part of the digest space. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gc/mark/needed_by.h"
#include "gc/mark/survey.h"
#include "gc/names/image_ref.h"
#include "gc/names/selection.h"
#include "gc/verify/proved.h"

namespace dregs {

// One of `of` parts of the digest space, of equal size and each contiguous,
// counted from 1. What has no digest belongs to the first.
struct Shard {
  std::uint32_t part = 1;
  std::uint32_t of = 1;  // at most 65536

  bool holds(const Digest& digest) const {
    return (digest.word(0) >> 32) * of >> 32 == part - 1;
  }
};

struct VerifyRequest {
  std::vector<ImageRef> refs;  // none: everything
  Shard shard;
  std::uint64_t bytes_per_second = 0;  // 0: as fast as it goes
  // By earlier runs; without, nothing is remembered for later ones either.
  std::optional<ProvedBlobs> proved;
  // What of them was proved within this span is not read again; 0: everything
  // is.
  std::int64_t since_ns = 0;
  // Before each look again: a server that waits for its disk takes as long
  // from one link of a push to the next.
  std::chrono::milliseconds pause{1000};
};

// What is to be looked at. Names are REPO:TAG and REPO@DIGEST.
struct ScopeContents {
  std::vector<BlobId> blobs;  // to be read; sorted
  std::uint64_t tags = 0;
  std::uint64_t revisions = 0;
  std::set<std::string> images;        // where not everything
  std::set<std::string> repositories;  // that were named whole
};

class VerifyScope {
 public:
  // Names that name nothing are passed over.
  VerifyScope(const Survey& survey, const VerifyRequest& request);

  // To be read; sorted.
  const std::vector<BlobId>& blobs() const { return contents_.blobs; }
  // Those to be proved complete that lie in this part by the manifest that
  // they name.
  std::uint64_t tags() const { return contents_.tags; }
  std::uint64_t revisions() const { return contents_.revisions; }

  // Whether a finding is about this; `hurt` is what it hurts.
  bool covers(const Finding& finding, const HurtImages& hurt) const;
  // The same, whichever part of the digest space it lies in.
  bool concerns(const Finding& finding, const HurtImages& hurt) const;
  // Whether it is about this tag (REPO:TAG) or revision (REPO@DIGEST).
  bool covers(const std::string& image) const {
    return everything_ || contents_.images.contains(image);
  }

 private:
  Shard shard_;
  bool everything_;
  ScopeContents contents_;
};

}  // namespace dregs
