// Where credentials come from, in the order in which AWS' tools look: keys that
// were given, AWS_ACCESS_KEY_ID, the shared files, web identity, a container's
// endpoint, the machine's metadata service. object-storage.md#5.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "scanner/credentials/credentials.h"
#include "scanner/credentials/variables.h"
#include "scanner/http/http_pool.h"

namespace dregs {

struct CredentialSettings {
  Credentials given;                     // of a configuration; may be empty
  std::vector<std::string> environment;  // "NAME=value"
  std::string region;                    // of STS where AWS_REGION is not set
  std::function<std::int64_t()> now_ns;  // of this machine; empty: its clock
};

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
  struct Source {
    std::string name;
    std::function<std::optional<Credentials>(std::string& why_not)> find;
  };

  std::int64_t now() const;
  std::vector<Source> sources();
  void search();
  void fetch_again();

  const CredentialSettings settings_;
  const Variables variables_;
  HttpPool http_;        // by the environment's proxy
  HttpPool neighbours_;  // link-local services: near, and behind no proxy
  std::mutex mutex_;
  std::optional<Source> found_;
  Credentials kept_;
  std::int64_t fetched_ns_ = 0;
};

}  // namespace dregs
