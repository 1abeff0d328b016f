// An Attempt is one try of a request, and what came of it. Any thread may call.
#pragma once

#include <string>

#include "scanner/credentials/credentials.h"
#include "scanner/objects/object_store.h"
#include "scanner/requests/answers.h"
#include "scanner/requests/bucket_address.h"
#include "scanner/requests/s3_request.h"

namespace dregs {

struct Attempt {
  BucketAddress address;
  Credentials credentials;
  HttpAnswer http;
  ErrorAnswer error;   // its code is empty where all went well
  std::string broken;  // no answer came
  bool hopeless = false;
  bool no_host = false;

  bool succeeded() const { return error.code.empty() && broken.empty(); }
};

// Makes the request and fills in what came of it. It is signed for `seconds`,
// by the server's clock. Throws StorageError("TooLarge"), and what the sink
// throws.
void perform(HttpPool& http, const S3Request& request, std::int64_t seconds,
             Attempt& attempt);

// By the answer's Date, in seconds; 0 where it has none.
std::int64_t date_of(const HttpAnswer& answer);
// Where the answer sends its asker; empty where it does not.
std::string region_of(const Attempt& attempt);

// Why the request failed for good, without any secret. `seconds_off` is how
// wrong this machine's clock is by the server's.
StorageError failure_of(const S3Request& request, const Attempt& attempt,
                        unsigned tries, std::int64_t seconds_off);

// Of an answer in XML that made no sense twice.
StorageError untrusted_answer(const BucketAddress& address,
                              const std::string& key,
                              const StorageError& error);

}  // namespace dregs
