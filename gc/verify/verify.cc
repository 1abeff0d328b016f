#include "gc/verify/verify.h"

#include <algorithm>
#include <thread>

#include "gc/explain/image_findings.h"

namespace dregs {
namespace {

// A store that is pushed to all the time may never look the same twice; what
// was not there twice in a row is not reported then.
constexpr int kMostLooks = 4;

void wait_a_little(std::chrono::milliseconds pause, const StopRequest& stop) {
  constexpr std::chrono::milliseconds kNap{20};
  const auto end = std::chrono::steady_clock::now() + pause;
  while (!stop.requested() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(kNap);
}

std::vector<Digest> digests_of(const std::vector<UnsoundBlob>& blobs) {
  std::vector<Digest> digests(blobs.size());
  std::transform(blobs.begin(), blobs.end(), digests.begin(),
                 [](const UnsoundBlob& blob) { return blob.digest; });
  std::sort(digests.begin(), digests.end());
  return digests;
}

}  // namespace

Verification::Verification(const StoreReader& store, TakeSurvey take_survey,
                           VerifyRequest request, const StopRequest& stop,
                           VerifyProgress& progress)
    : store_(store),
      take_survey_(std::move(take_survey)),
      request_(std::move(request)),
      limit_(request_.bytes_per_second),
      stop_(stop),
      progress_(progress) {}

void Verification::take_first_survey() {
  seen_.survey = take_survey_(progress_.survey);
  if (stop_.requested()) return;
  seen_.findings = seen_.survey.diagnosis.findings;
  require_matches(seen_.survey.inventory, request_.refs);
}

void Verification::read_blobs() {
  if (stop_.requested()) return;
  const std::vector<BlobId> wanted =
      VerifyScope(seen_.survey, request_).blobs();
  const BlobTable& blobs = seen_.survey.inventory.blobs;
  const std::int64_t now = seen_.survey.inventory.started_ns;
  HashedBlobs hashed;
  if (!request_.proved || request_.since_ns == 0) {
    hashed = read(wanted);
  } else {
    DueBlobs blobs_due =
        due(blobs, wanted, *request_.proved, now - request_.since_ns);
    not_due_ = wanted.size() - blobs_due.first.size() - blobs_due.then.size();
    hashed = read(std::move(blobs_due.first));
    hashed.add(read(std::move(blobs_due.then)));
  }
  if (request_.proved)
    proved_ = add_proved(*request_.proved, blobs, hashed.sound,
                         digests_of(hashed.unsound), now);
  seen_.blobs = hashed.blobs;
  seen_.bytes = hashed.bytes;
  seen_.by_checksum = hashed.by_checksum;
  seen_.unsound = std::move(hashed.unsound);
}

HashedBlobs Verification::read(std::vector<BlobId> blobs) {
  return store_.hash_blobs(seen_.survey.inventory.blobs, std::move(blobs),
                           limit_, stop_, progress_.blobs);
}

void Verification::look_again() {
  if (seen_.unsound.empty() && !has_problems(seen_.findings)) return;
  progress_.looks_again = true;
  const LookMeans means{store_, take_survey_, request_,
                        limit_, stop_,        progress_.survey};
  bool settled = false;
  for (int look = 0; look < kMostLooks && !settled; ++look) {
    if (stop_.requested()) return;
    wait_a_little(request_.pause, stop_);
    settled = look_once_more(means, seen_);
  }
}

Verified Verification::result() const {
  Verified verified = verified_by(seen_, request_, store_, !stop_.requested());
  verified.not_due = not_due_;
  return verified;
}

}  // namespace dregs
