// Verified is what a verification says in the end. Pure values, but for reading
// the manifests that declare the sizes of blobs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gc/verify/second_look.h"
#include "gc/verify/verify_scope.h"
#include "scanner/store/store_reader.h"

namespace dregs {

struct Verified {
  std::uint64_t blobs = 0;        // read to their ends
  std::uint64_t bytes = 0;        // that those have
  std::uint64_t by_checksum = 0;  // blobs not read, as in HashedBlobs
  std::uint64_t not_due = 0;  // blobs left out, since they were proved lately
  std::uint64_t corrupt = 0;
  std::uint64_t unreadable = 0;
  std::uint64_t missing = 0;  // digests that an image needs and no blob has
  std::uint64_t tags = 0;     // looked at, the broken ones too
  std::uint64_t revisions = 0;
  std::vector<std::string> broken_tags;       // REPO:TAG; sorted
  std::vector<std::string> broken_revisions;  // REPO@DIGEST; sorted
  // What to push again: those tags, and revisions that no tag reaches.
  std::vector<std::string> to_push;
  std::vector<Finding> findings;  // sorted
  std::vector<StorePart> parts;   // that are elsewhere
  // False where it was stopped; then nothing was looked at again.
  bool complete = false;
};

// Fills in everything but `not_due`.
Verified verified_by(const Seen& seen, const VerifyRequest& request,
                     const StoreReader& store, bool complete);

}  // namespace dregs
