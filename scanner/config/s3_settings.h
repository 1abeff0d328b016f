// What a registry's configuration says about its bucket: the parameters of the
// drivers s3 and s3aws, of both lines of releases, with the variables of an
// environment laid over them. format.md#5. Pure; any thread may call.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "scanner/config/registry_config.h"

namespace dregs {

struct S3Settings {
  std::string driver;  // "s3" or "s3aws", as written
  std::string set_by;  // "FILE:LINE" or a variable's name, of the driver
  std::string bucket;
  std::string region;
  std::string endpoint;        // regionendpoint; empty: Amazon's
  std::string root_directory;  // as written
  std::string access_key;      // never to be printed, as the two below
  std::string secret_key;
  std::string session_token;
  std::string user_agent;
  std::string storage_class;  // of new objects; empty: the server's
  std::string acl;
  std::string kms_key;  // keyid
  bool encrypt = false;
  bool secure = true;
  bool skip_verify = false;
  bool dual_stack = false;
  bool fips = false;
  // forcepathstyle where 3.x was told; empty: where there is an endpoint,
  // as 2.8 does it always and 3.x unless it is told otherwise.
  std::optional<bool> force_path_style;
};

struct S3RegistryConfig {
  S3Settings s3;
  RegistryConfig registry;  // all but its root
};

// None where the driver is filesystem. Throws ConfigError as
// parse_registry_config does, for what the driver would refuse, and for a value
// that YAML may change; OtherDriverError for azure, gcs and the like, which
// names the way that exists.
std::optional<S3RegistryConfig> parse_s3_registry_config(
    std::string_view yaml, std::span<const std::string> environment,
    const std::string& origin);

}  // namespace dregs
