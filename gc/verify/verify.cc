#include "gc/verify/verify.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <thread>
#include <tuple>

#include "gc/explain/image_findings.h"
#include "gc/mark/needed_by.h"
#include "gc/mark/policy.h"
#include "gc/verify/unsound_findings.h"
#include "gc/verify/wrong_sizes.h"
#include "scanner/formats/append.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

using BlobState = UnsoundBlob::State;

// A store that is pushed to all the time may never look the same twice; what
// was not there twice in a row is not reported then.
constexpr int kMostLooks = 4;

auto identity(const Finding& finding) {
  return std::tie(finding.kind, finding.path, finding.repository,
                  finding.digest);
}

bool same(const Finding& a, const Finding& b) {
  return identity(a) == identity(b);
}

bool earlier(const Finding& a, const Finding& b) {
  return identity(a) < identity(b);
}

bool is_among(const Finding& finding, const std::vector<Finding>& sorted) {
  const auto at =
      std::lower_bound(sorted.begin(), sorted.end(), finding, earlier);
  return at != sorted.end() && same(*at, finding);
}

bool says_missing(const Finding& finding) {
  return finding.kind == FindingKind::missing_blob ||
         finding.kind == FindingKind::missing_manifest ||
         finding.kind == FindingKind::dangling_tag;
}

// A repository whose first image is on its way: the layers come first, the
// manifest last.
constexpr std::int64_t kLongestPush_ns = 24 * 3600 * kSecond_ns;

bool is_first_push(const Finding& finding, const StoreReader& store,
                   std::int64_t now_ns) {
  if (finding.kind != FindingKind::manifests_missing) return false;
  const auto linked = store.modified_time(layout::layers(finding.repository));
  return linked && *linked > now_ns - kLongestPush_ns;
}

// What is to be read by this survey and was not by the one before: a folder
// could not be listed then, or somebody pushed.
std::vector<BlobId> newly_named(const Survey& before, const Survey& now,
                                const VerifyRequest& request) {
  const VerifyScope named(now, request);
  const VerifyScope named_before(before, request);
  const std::vector<BlobId>& known = named_before.blobs();
  std::vector<BlobId> added;
  for (const BlobId id : named.blobs()) {
    const auto old =
        before.inventory.blobs.find(now.inventory.blobs[id].digest);
    if (!old || !std::binary_search(known.begin(), known.end(), *old))
      added.push_back(id);
  }
  return added;
}

std::uint64_t count_missing(const std::vector<Finding>& findings) {
  std::set<std::string> digests;
  std::uint64_t not_told_singly = 0;
  for (const Finding& finding : findings)
    if (says_missing(finding) && digests.insert(finding.digest).second)
      not_told_singly += finding.count - 1;
  return digests.size() + not_told_singly;
}

void add_covered(const std::vector<std::string>& images,
                 const VerifyScope& scope, std::vector<std::string>& to) {
  std::copy_if(images.begin(), images.end(), std::back_inserter(to),
               [&](const std::string& image) { return scope.covers(image); });
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
  survey_ = take_survey_(progress_.survey);
  if (stop_.requested()) return;
  findings_ = survey_.diagnosis.findings;
  require_matches(survey_.inventory, request_.refs);
}

void Verification::read_blobs() {
  if (stop_.requested()) return;
  const VerifyScope scope(survey_, request_);
  const BlobTable& blobs = survey_.inventory.blobs;
  const std::int64_t now = survey_.inventory.started_ns;
  if (!request_.proved || request_.since_ns == 0) {
    read(scope.blobs());
  } else {
    DueBlobs blobs_due =
        due(blobs, scope.blobs(), *request_.proved, now - request_.since_ns);
    not_due_ =
        scope.blobs().size() - blobs_due.first.size() - blobs_due.then.size();
    read(std::move(blobs_due.first));
    read(std::move(blobs_due.then));
  }
  unsound_ = hashed_.unsound;
  if (!request_.proved) return;
  std::vector<Digest> unsound(unsound_.size());
  std::transform(unsound_.begin(), unsound_.end(), unsound.begin(),
                 [](const UnsoundBlob& blob) { return blob.digest; });
  std::sort(unsound.begin(), unsound.end());
  proved_ = add_proved(*request_.proved, blobs, hashed_.sound, unsound, now);
}

void Verification::read(std::vector<BlobId> blobs) {
  hashed_.add(store_.hash_blobs(survey_.inventory.blobs, std::move(blobs),
                                limit_, stop_, progress_.blobs));
}

void Verification::look_again() {
  if (unsound_.empty() && !has_problems(findings_)) return;
  progress_.looks_again = true;
  unsettled_ = true;
  for (int look = 0; look < kMostLooks && unsettled_; ++look) {
    if (stop_.requested()) return;
    unsettled_ = false;
    wait_a_little();
    survey_again();
    hash_again();
  }
}

void Verification::wait_a_little() const {
  constexpr std::chrono::milliseconds kNap{20};
  const auto end = std::chrono::steady_clock::now() + request_.pause;
  while (!stop_.requested() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(kNap);
}

// What a push writes while the store is listed may be seen in part; only what
// two surveys in a row saw is wrong.
void Verification::survey_again() {
  Survey now = take_survey_(progress_.survey);
  if (stop_.requested()) return;
  unread_ = newly_named(survey_, now, request_);
  std::vector<Finding> before = std::move(survey_.diagnosis.findings);
  std::sort(before.begin(), before.end(), earlier);
  findings_.clear();
  for (const Finding& finding : now.diagnosis.findings)
    if (finding.severity() == Severity::note || is_among(finding, before))
      findings_.push_back(finding);
    else
      unsettled_ = true;
  survey_ = std::move(now);
}

// A blob that is gone by now is nobody's problem, unless the survey says whose.
void Verification::hash_again() {
  std::vector<BlobId> read_before;
  std::set<Digest> doubted;
  for (const UnsoundBlob& blob : unsound_) {
    doubted.insert(blob.digest);
    if (const auto id = survey_.inventory.blobs.find(blob.digest))
      (blob.state == BlobState::wrong ? read_before : unread_).push_back(*id);
  }
  HashedBlobs again = hash_uncounted(std::move(read_before));
  const HashedBlobs first = hash_uncounted(std::move(unread_));
  if (stop_.requested()) return;
  hashed_.blobs += first.blobs;
  hashed_.bytes += first.bytes;
  again.add(first);
  unsound_ = std::move(again.unsound);
  unsettled_ |= std::any_of(unsound_.begin(), unsound_.end(),
                            [&](const UnsoundBlob& blob) {
                              return blob.state == BlobState::missing ||
                                     !doubted.contains(blob.digest);
                            });
}

// Not in the progress, which ended with the first reading.
HashedBlobs Verification::hash_uncounted(std::vector<BlobId> blobs) {
  HashProgress uncounted;
  return store_.hash_blobs(survey_.inventory.blobs, std::move(blobs), limit_,
                           stop_, uncounted);
}

Verified Verification::result() const {
  const VerifyScope scope(survey_, request_);
  Verified verified;
  verified.blobs = hashed_.blobs;
  verified.bytes = hashed_.bytes;
  verified.not_due = not_due_;
  verified.tags = scope.tags();
  verified.revisions = scope.revisions();
  verified.complete = !stop_.requested();
  verified.parts = survey_.inventory.parts;
  for (const UnsoundBlob& blob : unsound_) {
    verified.corrupt += blob.state == BlobState::wrong ? 1 : 0;
    verified.unreadable += blob.state == BlobState::unreadable ? 1 : 0;
  }
  std::vector<Finding> all = findings_of(unsound_, survey_, store_);
  const std::size_t own = all.size();
  add_others(findings_, all);
  const std::size_t surveyed = all.size();
  // Of what was not read nobody knows whether it is sound.
  if (verified.complete)
    append(all, wrong_size_findings(survey_, scope, unsound_));
  const std::vector<HurtImages> hurt =
      hurt_by(survey_.inventory, survey_.graph, all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool wanted = i < own        ? true
                        : i < surveyed ? scope.covers(all[i], hurt[i])
                                       : scope.concerns(all[i], hurt[i]);
    if (!wanted) continue;
    if (is_first_push(all[i], store_, survey_.inventory.started_ns)) continue;
    verified.findings.push_back(all[i]);
    if (!breaks_images(all[i])) continue;
    add_covered(hurt[i].tags, scope, verified.broken_tags);
    add_covered(hurt[i].revisions, scope, verified.broken_revisions);
    add_covered(all[i].needed_by, scope, verified.to_push);
  }
  tidy(verified.broken_tags);
  tidy(verified.broken_revisions);
  tidy(verified.to_push);
  verified.missing = count_missing(verified.findings);
  sort_findings(verified.findings);
  return verified;
}

}  // namespace dregs
