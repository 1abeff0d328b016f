// Proves a store sound, or says what is not: every blob read and compared with
// its digest, every link parsed, everything looked up that a tag or revision
// needs. Only reads, and bears a registry that serves meanwhile: whatever
// looks wrong is looked at again before it is believed.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "gc/survey/take_survey.h"
#include "gc/verify/second_look.h"
#include "gc/verify/verified.h"
#include "gc/verify/verify_scope.h"
#include "scanner/store/store_reader.h"

namespace dregs {

struct VerifyProgress {
  SurveyProgress survey;
  HashProgress blobs;
  std::atomic<bool> looks_again{false};
};

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
  HashedBlobs read(std::vector<BlobId> blobs);

  const StoreReader& store_;
  TakeSurvey take_survey_;
  VerifyRequest request_;
  RateLimit limit_;
  const StopRequest& stop_;
  VerifyProgress& progress_;
  Seen seen_;
  std::uint64_t not_due_ = 0;
  ProvedBlobs proved_;
};

}  // namespace dregs
