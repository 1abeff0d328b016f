#include "scanner/requests/bucket_address.h"

#include <fmt/format.h>

#include "scanner/formats/escaped.h"
#include "scanner/requests/signature.h"

namespace dregs {
namespace {

std::string aws_host(AwsEndpoint kind, const std::string& region) {
  const std::string_view end =
      region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const bool fips =
      kind == AwsEndpoint::fips || kind == AwsEndpoint::fips_dual_stack;
  const bool dual =
      kind == AwsEndpoint::dual_stack || kind == AwsEndpoint::fips_dual_stack;
  return fmt::format("s3{}{}.{}.{}", fips ? "-fips" : "",
                     dual ? ".dualstack" : "", region, end);
}

}  // namespace

std::string endpoint_host(const BucketAddress& address) {
  return address.aws == AwsEndpoint::none
             ? address.host
             : aws_host(address.aws, address.region);
}

std::string host_of(const BucketAddress& address) {
  const std::string host = endpoint_host(address);
  return address.path_style ? host : address.bucket + "." + host;
}

std::string path_of(const BucketAddress& address, const std::string& key) {
  if (!address.path_style) return "/" + escaped_path(key);
  const std::string bucket = "/" + escaped_word(address.bucket);
  return key.empty() ? bucket : bucket + "/" + escaped_path(key);
}

std::string url_of(const BucketAddress& address, const std::string& path,
                   const std::string& query) {
  return fmt::format("{}://{}{}{}{}", address.secure ? "https" : "http",
                     host_of(address), path, query.empty() ? "" : "?", query);
}

std::string shown_as(const BucketAddress& address, const std::string& key) {
  return fmt::format("s3://{}{}{}", escaped(address.bucket),
                     key.empty() ? "" : "/", escaped(key));
}

}  // namespace dregs
