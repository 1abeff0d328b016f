// Each place where AWS' tools look for credentials (object-storage.md#5). Any
// thread may call.
//
// Nothing comes of a source that has no credentials, and `why_not` says so for
// a person. What was set up and does not work throws
// StorageError("Credentials").
#pragma once

#include <cstdint>
#include <functional>
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

struct CredentialSource {
  std::string name;  // for a person
  std::function<std::optional<Credentials>(std::string& why_not)> find;
};

// All of them, in the order in which they are asked. `http` goes by the
// environment's proxy; `neighbours` asks link-local services: near, and behind
// no proxy. The arguments are borrowed for as long as the sources are used.
std::vector<CredentialSource> credential_sources(
    const CredentialSettings& settings, const Variables& variables,
    HttpPool& http, HttpPool& neighbours);

[[noreturn]] void refuse_credentials(const std::string& what);

}  // namespace dregs
