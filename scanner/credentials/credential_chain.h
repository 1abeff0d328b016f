// Where credentials come from, in the order in which AWS' tools look: keys that
// were given, AWS_ACCESS_KEY_ID, the shared files, web identity, a container's
// endpoint, the machine's metadata service. object-storage.md#5.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "scanner/credentials/credential_sources.h"
#include "scanner/http/http_pool.h"

namespace dregs {

// What was found is kept and fetched anew some minutes before it expires. Any
// thread may call; one of them fetches, the others wait for it. Throws
// StorageError("Credentials", ...): a sentence that lists what was looked at.
class CredentialChain {
 public:
  explicit CredentialChain(CredentialSettings settings);

  Credentials current();
  // After the server refused `used` as expired. False where nothing newer is to
  // be had.
  bool renew(const Credentials& used);

 private:
  std::int64_t now() const;
  void search();
  void fetch_again();

  const CredentialSettings settings_;
  const Variables variables_;
  HttpPool http_;        // by the environment's proxy
  HttpPool neighbours_;  // link-local services: near, and behind no proxy
  std::mutex mutex_;
  std::optional<CredentialSource> found_;
  Credentials kept_;
  std::int64_t fetched_ns_ = 0;
};

}  // namespace dregs
