#include "scanner/requests/bucket_access.h"

#include <utility>

#include "scanner/requests/s3_errors.h"

namespace dregs {

BucketAccess::BucketAccess(BucketAddress address,
                           CredentialSettings credentials)
    : address_(std::move(address)), credentials_(std::move(credentials)) {}

BucketAddress BucketAccess::address() const {
  const std::lock_guard lock(mutex_);
  return address_;
}

Attempt BucketAccess::begin() {
  Attempt attempt;
  attempt.address = address();
  attempt.credentials = credentials_.current();
  return attempt;
}

void BucketAccess::note_date(const Attempt& attempt) {
  const std::int64_t date = date_of(attempt.http);
  if (date > 0) clock_.note(date);
}

bool BucketAccess::put_right(const Attempt& attempt, Remedies& done) {
  if (!attempt.broken.empty()) return false;
  if (!done.region && follow_region(attempt)) return done.region = true;
  if (!done.clock && attempt.error.code == "RequestTimeTooSkewed")
    return done.clock = correct_clock(attempt);
  if (!done.credentials && is_expired(attempt.error))
    return done.credentials = credentials_.renew(attempt.credentials);
  return false;
}

bool BucketAccess::follow_region(const Attempt& attempt) {
  const std::string region = region_of(attempt);
  if (region.empty() || attempt.address.region_given) return false;
  const std::lock_guard lock(mutex_);
  address_.region = region;
  return region != attempt.address.region;
}

bool BucketAccess::correct_clock(const Attempt& attempt) {
  const std::int64_t date = date_of(attempt.http);
  if (date > 0) clock_.correct(date);
  return date > 0;
}

}  // namespace dregs
