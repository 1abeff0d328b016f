#include "scanner/requests/s3_client.h"

#include <utility>

#include "scanner/requests/retries.h"
#include "scanner/requests/s3_errors.h"

namespace dregs {

S3Client::S3Client(BucketAddress address, CredentialSettings credentials,
                   ClientSettings settings, RequestCounts& counts)
    : settings_(std::move(settings)),
      counts_(counts),
      access_(std::move(address), std::move(credentials)),
      http_(settings_.http),
      pace_(settings_.connections, settings_.requests_per_second) {}

S3Answer S3Client::ask(const S3Request& request) {
  Remedies done;
  for (unsigned tries = 1;; ++tries) {
    Attempt attempt = try_once(request);
    if (attempt.succeeded()) return {std::move(attempt.http), false};
    if (request.may_be_missing && attempt.broken.empty() &&
        is_missing(attempt.error))
      return {std::move(attempt.http), true};
    if (!access_.put_right(attempt, done)) {
      if (!helps_to_ask_again(attempt, tries, answered_, settings_))
        throw failure_of(request, attempt, tries, clock().correction());
      pause(tries, request.key);
    }
    ++counts_.retries;
  }
}

Attempt S3Client::try_once(const S3Request& request) {
  Attempt attempt = access_.begin();
  const std::uint64_t ticket = pace_.begin(settings_.stopped);
  if (ticket == 0)
    throw StorageError("Stopped", 0,
                       shown_as(attempt.address, request.key) +
                           ": not asked: the run was told to stop");
  try {
    ++counts_.of(request.kind);
    perform(http_, request, clock().signing_seconds(), attempt);
  } catch (...) {
    pace_.end(ticket, false);
    throw;
  }
  if (attempt.broken.empty()) {
    answered_ = true;
    access_.note_date(attempt);
  }
  pace_.end(ticket, !attempt.broken.empty() ||
                        is_overload(attempt.http.status, attempt.error.code));
  return attempt;
}

void S3Client::pause(unsigned tries, const std::string& key) const {
  if (!wait_before_retry(tries, settings_))
    throw StorageError("Stopped", 0,
                       shown_as(address(), key) +
                           ": not asked again: the run was told to stop");
}

}  // namespace dregs
