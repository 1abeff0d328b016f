// Which folder to work on: promises.md#root. format.md#5 and nasty input 78:
// the root is resolved once, symbolic links and `..` included, and everything
// afterwards speaks of the real path.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "scanner/config/registry_config.h"
#include "scanner/objects/bucket_request.h"

namespace dregs {

struct RootRequest {
  std::optional<std::string> root{};       // --root DIR
  std::optional<std::string> config{};     // --config FILE
  std::vector<std::string> environment{};  // "NAME=value", see own_environment
  BucketRequest bucket{};
  // Goes before /etc/… and /var/lib/registry; tests look elsewhere with it.
  std::string system_prefix{};
};

struct ResolvedRoot {
  std::string directory;      // real path of the docker/registry/v2 folder
  std::string rootdirectory;  // real path of what the registry calls its root
  // What named it: "--root", "--config FILE", a variable's name, the path of
  // a standard config.yml, or "default"; with the variable that had the last
  // word in parentheses.
  std::string source;
  std::optional<RegistryConfig> config;  // of the registry, where one was read
  // Real paths of blobs, blobs/sha256 and repositories, which may be elsewhere,
  // and of the namespaces that are symbolic links.
  std::vector<std::string> parts{};

  // Whoever writes below one of them writes to this registry; v2 is the first.
  std::vector<std::string> directories() const {
    std::vector<std::string> all = {directory};
    all.insert(all.end(), parts.begin(), parts.end());
    return all;
  }
};

// The message is one line: what was looked for, where, who said so, the way
// out.
class RootError : public std::runtime_error {
 public:
  explicit RootError(std::string_view message)
      : std::runtime_error(printable(message)) {}
};

// The first source that applies decides; whether its folder is a registry is
// no reason to try the next. Reads only, any thread may call it. Throws
// RootError, ConfigError.
ResolvedRoot resolve_root(const RootRequest& request);

// The configuration file that decides, where one does: no --root was said, and
// no variable names a folder.
struct NamedConfig {
  std::string file;
  std::string source;  // as ResolvedRoot::source
};
std::optional<NamedConfig> deciding_config(const RootRequest& request);

// This process's environment as RootRequest wants it.
std::vector<std::string> own_environment();

}  // namespace dregs
