// Where a bucket is and how it is called: values and pure functions.
#pragma once

#include <string>

namespace dregs {

enum class AwsEndpoint { none, plain, dual_stack, fips, fips_dual_stack };

struct BucketAddress {
  std::string bucket;
  std::string region;         // of signatures
  bool region_given = false;  // by the user: where it is wrong, he is told
  bool secure = true;         // https
  bool path_style = false;    // HOST/BUCKET/KEY, not BUCKET.HOST/KEY
  AwsEndpoint aws = AwsEndpoint::none;  // then the host follows the region
  std::string host;                     // "HOST[:PORT]" of another server
};

// "HOST[:PORT]" without the bucket.
std::string endpoint_host(const BucketAddress& address);
// What the header Host says.
std::string host_of(const BucketAddress& address);
// Escaped; of the bucket itself where `key` is empty.
std::string path_of(const BucketAddress& address, const std::string& key);
std::string url_of(const BucketAddress& address, const std::string& path,
                   const std::string& query);
// For messages: "s3://BUCKET/KEY".
std::string shown_as(const BucketAddress& address, const std::string& key);

}  // namespace dregs
