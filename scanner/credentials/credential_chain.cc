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

void CredentialChain::search() {
  std::string looked;
  for (CredentialSource& source :
       credential_sources(settings_, variables_, http_, neighbours_)) {
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
