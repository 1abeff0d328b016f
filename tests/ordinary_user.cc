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

// Among processes of its own: it cannot look into a registry that another test
// started as root, and would have to presume that it serves this store.
const std::vector<std::string> kAsNobody = {
    "unshare", "--pid",         "--fork",        "--mount-proc",
    "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};

bool nobody_can_start(const std::string& program) {
  std::vector<std::string> argv = kAsNobody;
  argv.insert(argv.end(), {program, "--version"});
  return run_program(argv).exit_code == 0;
}

// The program under another name, which goes with this object.
class SecondName {
 public:
  SecondName()
      : path_(fs::temp_directory_path() /
              ("dregs-of-nobody-" + std::to_string(getpid()))) {
    std::error_code other_filesystem;
    fs::create_hard_link(kDregsProgram, path_, other_filesystem);
    if (other_filesystem) fs::copy_file(kDregsProgram, path_);
  }
  ~SecondName() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  SecondName(const SecondName&) = delete;
  SecondName& operator=(const SecondName&) = delete;

  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

std::string second_name() {
  static const SecondName name;
  return name.path();
}

std::vector<std::string> starter() {
  std::vector<std::string> argv = kAsNobody;
  // $1 is kDregsProgram, which those who call this append.
  if (program_for_ordinary_user() != kDregsProgram)
    argv.insert(
        argv.end(),
        {"sh", "-c", "shift; exec '" + program_for_ordinary_user() + "' \"$@\"",
         "sh"});
  return argv;
}

}  // namespace

const std::string& program_for_ordinary_user() {
  static const std::string program =
      geteuid() != 0 || nobody_can_start(kDregsProgram) ? kDregsProgram
                                                        : second_name();
  return program;
}

const std::vector<std::string>& as_ordinary_user() {
  static const std::vector<std::string> as_root =
      geteuid() == 0 ? starter() : std::vector<std::string>();
  return as_root;
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
