#include "scanner/credentials/credential_chain.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "scanner/credentials/credential_sources.h"
#include "scanner/objects/object_store.h"

namespace dregs {
namespace {

constexpr std::int64_t kChainSecond = 1'000'000'000;
constexpr std::int64_t kBeforeExpiry = 300 * kChainSecond;
constexpr std::int64_t kBetweenFetches = 30 * kChainSecond;

HttpSettings distant_settings(const Variables& variables) {
  HttpSettings settings;
  settings.ca_file = variables.get("AWS_CA_BUNDLE");
  return settings;
}

HttpSettings neighbours_settings() {
  HttpSettings settings;
  settings.connect_timeout = std::chrono::milliseconds(1000);
  settings.stall_timeout = std::chrono::seconds(5);
  settings.use_proxy = false;
  return settings;
}

std::optional<Credentials> given_keys(const Credentials& given,
                                      std::string& why_not) {
  why_not = "not set";
  if (given.key_id.empty() || given.secret.empty()) return std::nullopt;
  return given;
}

}  // namespace

CredentialChain::CredentialChain(CredentialSettings settings)
    : settings_(std::move(settings)),
      variables_(settings_.environment),
      http_(distant_settings(variables_)),
      neighbours_(neighbours_settings()) {}

std::int64_t CredentialChain::now() const {
  if (settings_.now_ns) return settings_.now_ns();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::vector<CredentialChain::Source> CredentialChain::sources() {
  return {{"the configuration's accesskey and secretkey",
           [this](std::string& why_not) {
             return given_keys(settings_.given, why_not);
           }},
          {"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
           [this](std::string& why_not) {
             return keys_of_environment(variables_, why_not);
           }},
          {"the files that AWS' tools share",
           [this](std::string& why_not) {
             return keys_of_shared_files(variables_, why_not);
           }},
          {"AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN",
           [this](std::string& why_not) {
             return keys_of_web_identity(variables_, settings_.region, http_,
                                         why_not);
           }},
          {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI",
           [this](std::string& why_not) {
             return keys_of_container(variables_, neighbours_, why_not);
           }},
          {"the machine's metadata service", [this](std::string& why_not) {
             return keys_of_instance(variables_, neighbours_, why_not);
           }}};
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
  refuse_credentials("no credentials for S3; looked at " + looked);
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
