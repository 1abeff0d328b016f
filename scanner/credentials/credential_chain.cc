#include "scanner/credentials/credential_chain.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <utility>

#include "scanner/credentials/remote_credentials.h"
#include "scanner/credentials/shared_files.h"
#include "scanner/formats/escaped.h"
#include "scanner/objects/object_store.h"

namespace dregs {
namespace {

constexpr std::int64_t kChainSecond = 1'000'000'000;
constexpr std::int64_t kBeforeExpiry = 300 * kChainSecond;
constexpr std::int64_t kBetweenFetches = 30 * kChainSecond;
constexpr std::streamsize kSharedFileMax = 1 << 20;

[[noreturn]] void refuse_chain(const std::string& what) {
  throw StorageError("Credentials", 0, what);
}

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

HttpSettings distant_settings(
    const std::map<std::string, std::string>& variables) {
  HttpSettings settings;
  const auto authorities = variables.find("AWS_CA_BUNDLE");
  if (authorities != variables.end()) settings.ca_file = authorities->second;
  return settings;
}

HttpSettings neighbours_settings() {
  HttpSettings settings;
  settings.connect_timeout = std::chrono::milliseconds(1000);
  settings.stall_timeout = std::chrono::seconds(5);
  settings.use_proxy = false;
  return settings;
}

std::map<std::string, std::string> variables_of(
    const std::vector<std::string>& environment) {
  std::map<std::string, std::string> variables;
  for (const std::string& entry : environment) {
    const std::size_t equals = entry.find('=');
    if (equals != std::string::npos)
      variables.try_emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return variables;
}

// Where a token may go without TLS: to this machine, and to ECS' and EKS'
// agents.
bool may_go_without_tls(const std::string& url) {
  constexpr std::array<std::string_view, 5> hosts = {
      "http://127.0.0.1", "http://localhost", "http://169.254.170.2",
      "http://169.254.170.23", "http://[fd00:ec2::23]"};
  for (const std::string_view host : hosts)
    if (url.starts_with(host) &&
        (url.size() == host.size() || url[host.size()] == '/' ||
         url[host.size()] == ':'))
      return true;
  return false;
}

}  // namespace

CredentialChain::CredentialChain(CredentialSettings settings)
    : settings_(std::move(settings)),
      variables_(variables_of(settings_.environment)),
      http_(distant_settings(variables_)),
      neighbours_(neighbours_settings()) {}

std::string CredentialChain::variable(const std::string& name) const {
  const auto found = variables_.find(name);
  return found == variables_.end() ? "" : found->second;
}

std::int64_t CredentialChain::now() const {
  if (settings_.now_ns) return settings_.now_ns();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::vector<CredentialChain::Source> CredentialChain::sources() {
  return {
      {"the configuration's accesskey and secretkey",
       [this](std::string& why_not) -> std::optional<Credentials> {
         why_not = "not set";
         if (settings_.given.key_id.empty() || settings_.given.secret.empty())
           return std::nullopt;
         return settings_.given;
       }},
      {"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
       [this](std::string& why_not) { return from_environment(why_not); }},
      {"the files that AWS' tools share",
       [this](std::string& why_not) { return from_files(why_not); }},
      {"AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN",
       [this](std::string& why_not) { return from_web_identity(why_not); }},
      {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI",
       [this](std::string& why_not) { return from_container(why_not); }},
      {"the machine's metadata service",
       [this](std::string& why_not) { return from_instance(why_not); }}};
}

std::optional<Credentials> CredentialChain::from_environment(
    std::string& why_not) const {
  Credentials keys{variable("AWS_ACCESS_KEY_ID"),
                   variable("AWS_SECRET_ACCESS_KEY"),
                   variable("AWS_SESSION_TOKEN"), 0};
  why_not = "not set";
  if (keys.key_id.empty() != keys.secret.empty()) why_not = "only one is set";
  if (keys.key_id.empty() || keys.secret.empty()) return std::nullopt;
  return keys;
}

std::optional<Credentials> CredentialChain::from_files(
    std::string& why_not) const {
  std::string profile = variable("AWS_PROFILE");
  if (profile.empty()) profile = variable("AWS_DEFAULT_PROFILE");
  const bool asked_for = !profile.empty();
  if (!asked_for) profile = "default";
  const std::string home = variable("HOME") + "/.aws/";
  bool found = false;
  std::string looked;
  for (const auto& [name, usual] :
       {std::pair{"AWS_SHARED_CREDENTIALS_FILE", "credentials"},
        std::pair{"AWS_CONFIG_FILE", "config"}}) {
    const std::string said = variable(name);
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
  if (asked_for) refuse_chain("no credentials for S3: " + why_not);
  return std::nullopt;
}

std::optional<Credentials> CredentialChain::from_web_identity(
    std::string& why_not) {
  const std::string file = variable("AWS_WEB_IDENTITY_TOKEN_FILE");
  WebIdentity identity;
  identity.role_arn = variable("AWS_ROLE_ARN");
  why_not = "not set";
  if (file.empty() || identity.role_arn.empty()) return std::nullopt;
  const std::optional<std::string> token = read_small_file(file);
  if (!token)
    refuse_chain(fmt::format("AWS_WEB_IDENTITY_TOKEN_FILE: {} cannot be read",
                             printable(file)));
  identity.token = without_line_end(*token);
  identity.session_name = variable("AWS_ROLE_SESSION_NAME");
  if (identity.session_name.empty()) identity.session_name = "dregs";
  std::string region = variable("AWS_REGION");
  if (region.empty()) region = variable("AWS_DEFAULT_REGION");
  if (region.empty()) region = settings_.region;
  identity.sts = variable("AWS_ENDPOINT_URL_STS");
  if (identity.sts.empty())
    identity.sts = fmt::format("https://sts{}.amazonaws.com{}",
                               region.empty() ? "" : "." + region,
                               region.starts_with("cn-") ? ".cn" : "");
  return assume_role(http_, identity);
}

std::optional<Credentials> CredentialChain::from_container(
    std::string& why_not) {
  const std::string relative =
      variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  ContainerEndpoint endpoint;
  endpoint.url = relative.empty()
                     ? variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")
                     : "http://169.254.170.2" + relative;
  why_not = "not set";
  if (endpoint.url.empty()) return std::nullopt;
  if (!endpoint.url.starts_with("https://") &&
      !may_go_without_tls(endpoint.url))
    refuse_chain(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI: must be https, or a container "
        "agent's address");
  endpoint.token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  const std::string file = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  if (!file.empty()) {
    const std::optional<std::string> token = read_small_file(file);
    if (!token)
      refuse_chain(
          fmt::format("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: {} cannot be "
                      "read",
                      printable(file)));
    endpoint.token = without_line_end(*token);
  }
  return ask_container(neighbours_, endpoint);
}

std::optional<Credentials> CredentialChain::from_instance(
    std::string& why_not) {
  why_not = "switched off by AWS_EC2_METADATA_DISABLED";
  const std::string off = variable("AWS_EC2_METADATA_DISABLED");
  if (off == "true" || off == "TRUE" || off == "True") return std::nullopt;
  std::string service = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (service.empty()) service = "http://169.254.169.254";
  while (service.ends_with('/')) service.pop_back();
  try {
    return ask_instance(neighbours_, service);
  } catch (const StorageError& error) {
    why_not = error.what();
    return std::nullopt;
  }
}

void CredentialChain::search() {
  std::string looked;
  for (Source& source : sources()) {
    std::string why_not;
    if (const auto keys = source.find(why_not)) {
      kept_ = *keys;
      fetched_ns_ = now();
      found_ = std::move(source);
      return;
    }
    looked += fmt::format("{}{} ({})", looked.empty() ? "" : ", ", source.name,
                          why_not);
  }
  refuse_chain("no credentials for S3; looked at " + looked);
}

void CredentialChain::fetch_again() {
  fetched_ns_ = now();
  std::string why_not;
  std::optional<Credentials> keys;
  try {
    keys = found_->find(why_not);
  } catch (const StorageError&) {
    // What is still valid goes on; another try comes soon.
    if (now() >= kept_.expires_ns) throw;
  }
  if (keys) kept_ = *std::move(keys);
}

Credentials CredentialChain::current() {
  const std::lock_guard lock(mutex_);
  if (!found_) {
    search();
  } else if (kept_.expires_ns != 0 &&
             now() >= kept_.expires_ns - kBeforeExpiry &&
             (now() >= kept_.expires_ns ||
              now() >= fetched_ns_ + kBetweenFetches)) {
    fetch_again();
  }
  return kept_;
}

bool CredentialChain::renew(const Credentials& used) {
  const std::lock_guard lock(mutex_);
  if (found_ && kept_ == used) fetch_again();
  return kept_ != used;
}

}  // namespace dregs
