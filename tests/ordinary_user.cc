#include "tests/ordinary_user.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "tests/paths.h"
#include "tests/run_program.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

void give(const fs::path& path) {
  if (lchown(path.c_str(), kNobody, kNobody) != 0)
    throw std::system_error(errno, std::generic_category(), path.string());
}

}  // namespace

const std::vector<std::string>& as_ordinary_user() {
  // Among processes of its own: it cannot look into a registry that another
  // test started as root, and would have to presume that it serves this store.
  static const std::vector<std::string> root = {
      "unshare", "--pid",         "--fork",        "--mount-proc",
      "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  static const std::vector<std::string> already;
  return geteuid() == 0 ? root : already;
}

bool can_be_ordinary_user() {
  std::vector<std::string> argv = as_ordinary_user();
  argv.insert(argv.end(), {kDregsProgram, "--version"});
  return run_program(argv).exit_code == 0;
}

void give_to_ordinary_user(const StoreBuilder& store) {
  if (geteuid() != 0) return;
  give(store.root());
  for (const auto& entry : fs::recursive_directory_iterator(store.root()))
    give(entry.path());
}

}  // namespace dregs
