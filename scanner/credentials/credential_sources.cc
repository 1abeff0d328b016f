#include "scanner/credentials/credential_sources.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <string_view>
#include <utility>

#include "scanner/credentials/remote_credentials.h"
#include "scanner/credentials/shared_files.h"
#include "scanner/formats/escaped.h"
#include "scanner/objects/object_store.h"

namespace dregs {
namespace {

constexpr std::streamsize kSharedFileMax = 1 << 20;

std::optional<std::string> read_small_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string bytes(static_cast<std::size_t>(kSharedFileMax), '\0');
  in.read(bytes.data(), kSharedFileMax);
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

std::string without_line_end(std::string text) {
  while (!text.empty() &&
         (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.pop_back();
  return text;
}

std::string setting_of(const Profile& profile, const std::string& name) {
  const auto found = profile.find(name);
  return found == profile.end() ? "" : found->second;
}

std::optional<Credentials> keys_of(const Profile& profile) {
  Credentials keys{setting_of(profile, "aws_access_key_id"),
                   setting_of(profile, "aws_secret_access_key"),
                   setting_of(profile, "aws_session_token"), 0};
  if (keys.key_id.empty() || keys.secret.empty()) return std::nullopt;
  return keys;
}

// `variable` names the file, which is there to be read.
std::string read_token(const std::string& variable, const std::string& file) {
  const std::optional<std::string> token = read_small_file(file);
  if (!token)
    refuse_credentials(
        fmt::format("{}: {} cannot be read", variable, printable(file)));
  return without_line_end(*token);
}

std::string security_token_service(const Variables& variables,
                                   const std::string& usual_region) {
  std::string own = variables.get("AWS_ENDPOINT_URL_STS");
  if (!own.empty()) return own;
  std::string region = variables.get("AWS_REGION");
  if (region.empty()) region = variables.get("AWS_DEFAULT_REGION");
  if (region.empty()) region = usual_region;
  return fmt::format("https://sts{}.amazonaws.com{}",
                     region.empty() ? "" : "." + region,
                     region.starts_with("cn-") ? ".cn" : "");
}

// Where a token may go without TLS: to this machine, and to ECS' and EKS'
// agents.
bool may_go_without_tls(const std::string& url) {
  constexpr std::array<std::string_view, 5> kHosts = {
      "http://127.0.0.1", "http://localhost", "http://169.254.170.2",
      "http://169.254.170.23", "http://[fd00:ec2::23]"};
  for (const std::string_view host : kHosts)
    if (url.starts_with(host) &&
        (url.size() == host.size() || url[host.size()] == '/' ||
         url[host.size()] == ':'))
      return true;
  return false;
}

std::optional<Credentials> given_keys(const Credentials& given,
                                      std::string& why_not) {
  why_not = "not set";
  if (given.key_id.empty() || given.secret.empty()) return std::nullopt;
  return given;
}

std::optional<Credentials> keys_of_environment(const Variables& variables,
                                               std::string& why_not) {
  Credentials keys{variables.get("AWS_ACCESS_KEY_ID"),
                   variables.get("AWS_SECRET_ACCESS_KEY"),
                   variables.get("AWS_SESSION_TOKEN"), 0};
  why_not = "not set";
  if (keys.key_id.empty() != keys.secret.empty()) why_not = "only one is set";
  if (keys.key_id.empty() || keys.secret.empty()) return std::nullopt;
  return keys;
}

std::optional<Credentials> keys_of_shared_files(const Variables& variables,
                                                std::string& why_not) {
  std::string profile = variables.get("AWS_PROFILE");
  if (profile.empty()) profile = variables.get("AWS_DEFAULT_PROFILE");
  const bool asked_for = !profile.empty();
  if (!asked_for) profile = "default";
  const std::string home = variables.get("HOME") + "/.aws/";
  bool found = false;
  std::string looked;
  for (const auto& [name, usual] :
       {std::pair{"AWS_SHARED_CREDENTIALS_FILE", "credentials"},
        std::pair{"AWS_CONFIG_FILE", "config"}}) {
    const std::string said = variables.get(name);
    const std::string file = said.empty() ? home + usual : said;
    looked += (looked.empty() ? "" : " and ") + printable(file);
    const std::optional<std::string> bytes = read_small_file(file);
    const auto settings =
        bytes ? find_profile(*bytes, profile) : std::optional<Profile>();
    found |= settings.has_value();
    if (auto keys = settings ? keys_of(*settings) : std::nullopt) return keys;
  }
  why_not =
      fmt::format("{} {} the profile {}", looked,
                  found ? "have no keys in" : "have not", printable(profile));
  if (found)
    why_not +=
        "; roles, sso and credential_process are not understood, so "
        "hand over `aws configure export-credentials`";
  if (asked_for) refuse_credentials("no credentials for S3: " + why_not);
  return std::nullopt;
}

std::optional<Credentials> keys_of_web_identity(const Variables& variables,
                                                const std::string& region,
                                                HttpPool& http,
                                                std::string& why_not) {
  const std::string file = variables.get("AWS_WEB_IDENTITY_TOKEN_FILE");
  WebIdentity identity;
  identity.role_arn = variables.get("AWS_ROLE_ARN");
  why_not = "not set";
  if (file.empty() || identity.role_arn.empty()) return std::nullopt;
  identity.token = read_token("AWS_WEB_IDENTITY_TOKEN_FILE", file);
  identity.session_name = variables.get("AWS_ROLE_SESSION_NAME");
  if (identity.session_name.empty()) identity.session_name = "dregs";
  identity.sts = security_token_service(variables, region);
  return assume_role(http, identity);
}

std::optional<Credentials> keys_of_container(const Variables& variables,
                                             HttpPool& neighbours,
                                             std::string& why_not) {
  const std::string relative =
      variables.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  ContainerEndpoint endpoint;
  endpoint.url = relative.empty()
                     ? variables.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
                     : "http://169.254.170.2" + relative;
  why_not = "not set";
  if (endpoint.url.empty()) return std::nullopt;
  if (!endpoint.url.starts_with("https://") &&
      !may_go_without_tls(endpoint.url))
    refuse_credentials(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI: must be https, or a container "
        "agent's address");
  endpoint.token = variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  const std::string file =
      variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (!file.empty())
    endpoint.token = read_token("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file);
  return ask_container(neighbours, endpoint);
}

std::optional<Credentials> keys_of_instance(const Variables& variables,
                                            HttpPool& neighbours,
                                            std::string& why_not) {
  why_not = "switched off by AWS_EC2_METADATA_DISABLED";
  const std::string off = variables.get("AWS_EC2_METADATA_DISABLED");
  if (off == "true" || off == "TRUE" || off == "True") return std::nullopt;
  std::string service = variables.get("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (service.empty()) service = "http://169.254.169.254";
  while (service.ends_with('/')) service.pop_back();
  try {
    return ask_instance(neighbours, service);
  } catch (const StorageError& error) {
    why_not = error.what();
    return std::nullopt;
  }
}

}  // namespace

void refuse_credentials(const std::string& what) {
  throw StorageError("Credentials", 0, what);
}

std::vector<CredentialSource> credential_sources(
    const CredentialSettings& settings, const Variables& variables,
    HttpPool& http, HttpPool& neighbours) {
  return {{"the configuration's accesskey and secretkey",
           [&](std::string& why_not) {
             return given_keys(settings.given, why_not);
           }},
          {"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
           [&](std::string& why_not) {
             return keys_of_environment(variables, why_not);
           }},
          {"the files that AWS' tools share",
           [&](std::string& why_not) {
             return keys_of_shared_files(variables, why_not);
           }},
          {"AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN",
           [&](std::string& why_not) {
             return keys_of_web_identity(variables, settings.region, http,
                                         why_not);
           }},
          {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI",
           [&](std::string& why_not) {
             return keys_of_container(variables, neighbours, why_not);
           }},
          {"the machine's metadata service", [&](std::string& why_not) {
             return keys_of_instance(variables, neighbours, why_not);
           }}};
}

}  // namespace dregs
