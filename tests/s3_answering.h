// What the S3 server in memory answers to a request that it lets in.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "s3_bucket.h"
#include "s3_server.h"

namespace dregs {

struct AskedOfBucket {
  Asked kind = Asked::get;
  std::string key;
  std::map<std::string, std::string> query;
  const ServedRequest& http;

  std::string parameter(const std::string& name) const;
};

AskedOfBucket understand(const ServedRequest& request,
                         const std::string& bucket);

// `faults` are those on this request, for the answers that hang on them.
ServedAnswer answer_of(S3Bucket& bucket, const S3ServerSettings& settings,
                       const AskedOfBucket& asked,
                       const std::vector<Fault>& faults);

ServedAnswer error_answer(int status, const std::string& code,
                          const std::string& more = {});

}  // namespace dregs
