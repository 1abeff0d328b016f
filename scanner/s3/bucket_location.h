// Where a registry's bucket is and how to ask it: from --root
// s3://BUCKET/PREFIX with its flags and AWS' variables, or from a registry's
// configuration. object-storage.md#2, #5. Pure functions.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "scanner/config/s3_settings.h"
#include "scanner/credentials/credential_chain.h"
#include "scanner/requests/bucket_address.h"
#include "scanner/s3/s3_store.h"

namespace dregs {

struct BucketFlags {
  std::string root;      // "s3://BUCKET/PREFIX"; empty beside a configuration
  std::string endpoint;  // --endpoint; empty: not said
  std::string region;    // --region
  bool path_style = false;  // --path-style
};

struct BucketLocation {
  BucketAddress address;
  std::string prefix;  // of all keys: empty, or "a/b" without '/' at its ends
  std::string set_by;  // "--root", "FILE:LINE" or a variable's name
  CredentialSettings credentials;
  HttpSettings http;
  std::vector<HeaderField>
      copy_headers;  // encryption and ACL of what is written
  std::vector<HeaderField> put_headers;  // the same, and the class
};

bool is_bucket_root(std::string_view root);  // "s3://..."

// Throws ConfigError: one line that names the flag, variable or key.
BucketLocation locate_bucket(const BucketFlags& flags,
                             std::span<const std::string> environment);
// Flags win over what the configuration says.
BucketLocation locate_bucket(const S3Settings& settings,
                             const BucketFlags& flags,
                             std::span<const std::string> environment);

// `settings` but for http, which is the location's. `counts` outlives the
// store.
std::unique_ptr<S3Store> open_bucket(const BucketLocation& location,
                                     ClientSettings settings,
                                     RequestCounts& counts);

// "s3://BUCKET/PREFIX at https://HOST", for reports.
std::string shown_location(const BucketLocation& location);

}  // namespace dregs
