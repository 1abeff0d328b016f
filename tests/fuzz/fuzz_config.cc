// Whatever a config.yml's bytes: a configuration or one line that says why
// not, and never an empty root.
#include <vector>

#include "scanner/config/registry_config.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/require.h"

namespace dregs {

// The bytes up to the first NUL are the file, the rest is one variable.
void fuzz_config(std::string_view bytes) {
  const std::size_t nul = bytes.find('\0');
  std::vector<std::string> environment;
  if (nul != std::string_view::npos)
    environment.push_back("REGISTRY_" + std::string(bytes.substr(nul + 1)));
  try {
    const RegistryConfig config =
        parse_registry_config(bytes.substr(0, nul), environment, "fuzz");
    require(!config.root_directory.empty(), "a root is named");
  } catch (const ConfigError& error) {
    const std::string_view message = error.what();
    require(!message.empty(), "an error says why");
    require(message.find('\n') == std::string_view::npos, "in one line");
  }
}

}  // namespace dregs

#ifndef DREGS_REPLAY
void fuzz_one(std::string_view bytes);
void fuzz_one(std::string_view bytes) { dregs::fuzz_config(bytes); }
#endif
