#include "cli/output_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "cli/text.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

bool lies_in(const fs::path& file, const fs::path& folder) {
  std::error_code failed;
  fs::path at = fs::weakly_canonical(fs::absolute(file), failed);
  const fs::path inside = fs::weakly_canonical(folder, failed);
  for (; at.has_relative_path(); at = at.parent_path())
    if (at == inside) return true;
  return false;
}

[[noreturn]] void fail(const std::string& file, int error) {
  throw std::runtime_error(
      fmt::format("cannot write {}: {}", escaped(file), std::strerror(error)));
}

}  // namespace

void write_file(const std::string& text, const std::string& file,
                const OpenedStore& store) {
  if (file == "-") {
    fmt::print("{}", text);
    return;
  }
  if (lies_in(file, store.root.directory))
    throw std::runtime_error(escaped(file) +
                             " lies in the registry's own folder, where dregs "
                             "leaves nothing; write it elsewhere");
  using Closed = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
  Closed out(std::fopen(file.c_str(), "we"), &std::fclose);
  if (!out) fail(file, errno);
  if (std::fwrite(text.data(), 1, text.size(), out.get()) != text.size())
    fail(file, errno);
  if (std::fclose(out.release()) != 0) fail(file, errno);
}

void replace_file(const std::string& text, const std::string& file,
                  const OpenedStore& store) {
  const std::string beside = file + ".tmp";
  write_file(text, beside, store);
  if (std::rename(beside.c_str(), file.c_str()) != 0) fail(file, errno);
}

}  // namespace dregs
