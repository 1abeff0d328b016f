// A second look at a store tells damage from what looked damaged while somebody
// pushed. It only reads. One thread at a time may
// use a Seen.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "gc/mark/survey.h"
#include "gc/survey/take_survey.h"
#include "gc/verify/verify_scope.h"
#include "scanner/store/store_reader.h"

namespace dregs {

// Takes a survey of the store that is verified, and ends early where the
// verification's `stop` is requested.
using TakeSurvey = std::function<Survey(SurveyProgress&)>;

// Seen is what the looks found so far and the last look confirmed.
struct Seen {
  Survey survey;                  // the last one
  std::vector<Finding> findings;  // of surveys
  std::vector<UnsoundBlob> unsound;
  std::uint64_t blobs = 0;        // read to their ends, each counted once
  std::uint64_t bytes = 0;        // that those have
  std::uint64_t by_checksum = 0;  // as in HashedBlobs
};

// All of it is borrowed.
struct LookMeans {
  const StoreReader& store;
  const TakeSurvey& take_survey;
  const VerifyRequest& request;
  RateLimit& limit;
  const StopRequest& stop;
  SurveyProgress& progress;
};

// Takes another survey. Reads each doubted blob again, and each blob that only
// this survey names. Returns whether the look before had found all the damage
// that this look finds. Uses the calling task arena. After a stop, `seen` may
// be as it was.
bool look_once_more(const LookMeans& means, Seen& seen);

}  // namespace dregs
