// Credentials that a service hands out for some hours: STS for the token of a
// Kubernetes service account, a container's endpoint, the metadata service of a
// machine (IMDSv2). Each throws StorageError("Credentials", ...) with a
// sentence that names the service and no secret. Any thread.
#pragma once

#include <string>
#include <vector>

#include "scanner/credentials/credentials.h"
#include "scanner/http/http_pool.h"

namespace dregs {

struct WebIdentity {
  std::string role_arn;
  std::string token;  // of the file, read anew each time: it is rotated
  std::string session_name;
  std::string sts;  // "https://sts.eu-west-1.amazonaws.com"
};

Credentials assume_role(HttpPool& http, const WebIdentity& identity);

struct ContainerEndpoint {
  std::string url;
  std::string token;  // of the header Authorization; may be empty
};

Credentials ask_container(HttpPool& http, const ContainerEndpoint& endpoint);

// `service` is "http://169.254.169.254" on EC2.
Credentials ask_instance(HttpPool& http, const std::string& service);

// From bytes; for these, and for tests.
Credentials parse_json_credentials(const std::string& json);
Credentials parse_sts_credentials(const std::string& xml);

}  // namespace dregs
