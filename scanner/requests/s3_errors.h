// What went wrong with a request, as one sentence that names the bucket or key
// and the permission or setting that helps. Pure functions.
#pragma once

#include <string>

#include "scanner/objects/object_store.h"
#include "scanner/requests/answers.h"
#include "scanner/requests/bucket_address.h"

namespace dregs {

struct FailedRequest {
  const BucketAddress& address;
  const std::string& key;       // empty: of the bucket
  const char* permission = "";  // "s3:GetObject"
  int status = 0;
  ErrorAnswer error = {};   // its code is "HTTP" where the server names none
  std::string broken = {};  // curl's sentence where no answer came
  unsigned tries = 1;
  double minutes_off = 0;  // of this machine's clock, by the server's
};

StorageError error_of(const FailedRequest& failed);

// The region where the bucket is, by an answer that sends its asker there.
std::string region_of_redirect(int status, const ErrorAnswer& error,
                               const std::string& region_header);

bool is_missing(const ErrorAnswer& error);  // no such key, version or upload
bool is_overload(int status, const std::string& code);
bool is_expired(const ErrorAnswer& error);           // the credentials
bool may_pass(int status, const std::string& code);  // when asked again

}  // namespace dregs
