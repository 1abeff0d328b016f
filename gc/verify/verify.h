// Proves a store sound, or says what is not: every blob read and compared with
// its digest, every link parsed, everything looked up that a tag or revision
// needs. Only reads, and bears a registry that serves meanwhile: whatever
// looks wrong is looked at again before it is believed.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "gc/mark/survey.h"
#include "gc/survey/take_survey.h"
#include "gc/verify/verify_scope.h"
#include "scanner/store/store_reader.h"

namespace dregs {

struct VerifyProgress {
  SurveyProgress survey;
  HashProgress blobs;
  std::atomic<bool> looks_again{false};
};

struct Verified {
  std::uint64_t blobs = 0;    // read to their ends
  std::uint64_t bytes = 0;    // that those have
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

// Takes a survey of the store that is verified, and ends early where the
// verification's `stop` is requested.
using TakeSurvey = std::function<Survey(SurveyProgress&)>;

// Step by step, in this order: so that tests can come between. Each step uses
// the calling task arena and ends early where `stop` is requested. `store`,
// `stop` and `progress` are borrowed.
class Verification {
 public:
  Verification(const StoreReader& store, TakeSurvey take_survey,
               VerifyRequest request, const StopRequest& stop,
               VerifyProgress& progress);

  // Throws SelectionError where the request names nothing.
  void take_first_survey();
  void read_blobs();
  void look_again();
  Verified result() const;
  // For the next run's request: what this one and earlier ones read and found
  // sound, also where it was stopped.
  const ProvedBlobs& proved() const { return proved_; }

 private:
  void read(std::vector<BlobId> blobs);
  void wait_a_little() const;
  void survey_again();
  void hash_again();
  HashedBlobs hash_uncounted(std::vector<BlobId> blobs);

  const StoreReader& store_;
  TakeSurvey take_survey_;
  VerifyRequest request_;
  RateLimit limit_;
  const StopRequest& stop_;
  VerifyProgress& progress_;
  Survey survey_;                  // the last one
  std::vector<Finding> findings_;  // that surveys found, as far as confirmed
  HashedBlobs hashed_;
  std::uint64_t not_due_ = 0;
  ProvedBlobs proved_;
  std::vector<UnsoundBlob> unsound_;  // as far as confirmed
  std::vector<BlobId> unread_;        // that only the last survey named
  bool unsettled_ = false;  // the last look found what the one before had not
};

}  // namespace dregs
