// Where a bucket is asked, as whom, and at what time of its server's clock.
// Each of these is put right by what answers say. Any thread may call.
#pragma once

#include <mutex>

#include "scanner/credentials/credential_chain.h"
#include "scanner/http/server_clock.h"
#include "scanner/requests/attempt.h"

namespace dregs {

// What was put right in one request; each only once.
struct Remedies {
  bool region = false;
  bool clock = false;
  bool credentials = false;
};

class BucketAccess {
 public:
  BucketAccess(BucketAddress address, CredentialSettings credentials);

  BucketAddress address() const;
  const ServerClock& clock() const { return clock_; }
  // With the address and the credentials of now. Throws what CredentialChain
  // throws.
  Attempt begin();
  // Of an answer that came.
  void note_date(const Attempt& attempt);
  // Whether what made the attempt fail is put right, so that the next one need
  // not wait.
  bool put_right(const Attempt& attempt, Remedies& done);

 private:
  bool follow_region(const Attempt& attempt);
  bool correct_clock(const Attempt& attempt);

  mutable std::mutex mutex_;  // of address_
  BucketAddress address_;
  CredentialChain credentials_;
  ServerClock clock_;
};

}  // namespace dregs
