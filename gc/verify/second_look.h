// A second look at a store tells what is wrong from what only looked so,
// because somebody pushed meanwhile. It only reads. One thread at a time may
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

// What the looks so far saw, as far as the last one confirmed it.
struct Seen {
  Survey survey;                  // the last one
  std::vector<Finding> findings;  // of surveys
  std::vector<UnsoundBlob> unsound;
  std::uint64_t blobs = 0;  // read to their ends, each counted once
  std::uint64_t bytes = 0;  // that those have
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

// Takes another survey, and reads again what was doubted and for the first time
// what only this survey names. Returns whether the look before had seen all
// that this one found wrong. Uses the calling task arena. Where `stop` is
// requested it may change nothing.
bool look_once_more(const LookMeans& means, Seen& seen);

}  // namespace dregs
