#include "gc/saved/pulls_file.h"

#include <filesystem>

#include "gc/saved/user_file.h"

namespace dregs {

PullTimes load_pulls(const std::string& file) {
  return parse_pulls(read_file(file), file);
}

PullTimes load_pulls_if_any(const std::string& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error) && !error) return {};
  return load_pulls(file);
}

}  // namespace dregs
