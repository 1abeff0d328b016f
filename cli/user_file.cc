#include "cli/user_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "cli/text.h"
#include "scanner/path_below.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

bool lies_in(const fs::path& file, const fs::path& folder) {
  std::error_code failed;
  const fs::path at = fs::weakly_canonical(fs::absolute(file), failed);
  const fs::path inside = fs::weakly_canonical(folder, failed);
  return is_at_or_below(at.string(), inside.string());
}

[[noreturn]] void fail(const char* verb, const std::string& file, int error) {
  throw std::runtime_error(fmt::format("cannot {} {}: {}", verb, escaped(file),
                                       std::strerror(error)));
}

}  // namespace

std::string read_file(const std::string& file) {
  try {
    std::ifstream stream;
    stream.exceptions(std::ios::failbit | std::ios::badbit);
    stream.open(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  } catch (const std::ios::failure&) {
    fail("read", file, errno);
  }
}

void write_file(const std::string& text, const std::string& file,
                const OpenedStore& store) {
  if (file == "-") {
    fmt::print("{}", text);
    return;
  }
  const std::vector<std::string> own = store.root.directories();
  if (std::any_of(own.begin(), own.end(), [&](const std::string& directory) {
        return lies_in(file, directory);
      }))
    throw std::runtime_error(escaped(file) +
                             " lies in the registry's own folder, where dregs "
                             "leaves nothing; write it elsewhere");
  using Closed = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
  Closed out(std::fopen(file.c_str(), "we"), &std::fclose);
  if (!out) fail("write", file, errno);
  if (std::fwrite(text.data(), 1, text.size(), out.get()) != text.size())
    fail("write", file, errno);
  if (std::fclose(out.release()) != 0) fail("write", file, errno);
}

void replace_file(const std::string& text, const std::string& file,
                  const OpenedStore& store) {
  const std::string beside = file + ".tmp";
  write_file(text, beside, store);
  if (std::rename(beside.c_str(), file.c_str()) != 0)
    fail("write", file, errno);
}

}  // namespace dregs
