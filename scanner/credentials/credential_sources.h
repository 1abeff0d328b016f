// Each place where AWS' tools look for credentials (object-storage.md#5). Any
// thread may call.
//
// Nothing comes of a source that has no credentials, and `why_not` says so for
// a person. What was set up and does not work throws
// StorageError("Credentials").
#pragma once

#include <optional>
#include <string>

#include "scanner/credentials/credentials.h"
#include "scanner/credentials/variables.h"
#include "scanner/http/http_pool.h"

namespace dregs {

[[noreturn]] void refuse_credentials(const std::string& what);

std::optional<Credentials> keys_of_environment(const Variables& variables,
                                               std::string& why_not);
std::optional<Credentials> keys_of_shared_files(const Variables& variables,
                                                std::string& why_not);
// `http` by the environment's proxy; `region` of STS where none is set.
std::optional<Credentials> keys_of_web_identity(const Variables& variables,
                                                const std::string& region,
                                                HttpPool& http,
                                                std::string& why_not);
// `neighbours` asks link-local services: near, and behind no proxy.
std::optional<Credentials> keys_of_container(const Variables& variables,
                                             HttpPool& neighbours,
                                             std::string& why_not);
std::optional<Credentials> keys_of_instance(const Variables& variables,
                                            HttpPool& neighbours,
                                            std::string& why_not);

}  // namespace dregs
