#include "gc/heal/put_link.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <random>
#include <string>

#include "gc/heal/new_file.h"
#include "gc/remove/make_parent.h"
#include "scanner/files/descriptor.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

std::string name_beside(std::string_view name) {
  std::random_device random;
  return fmt::format("{}.{:08x}-{:04x}-4{:03x}-8{:03x}-{:08x}{:04x}.tmp", name,
                     random(), random() & 0xffff, random() & 0xfff,
                     random() & 0xfff, random(), random() & 0xffff);
}

}  // namespace

int put_link(int at, std::string_view path, const Digest& digest) {
  const Descriptor folder = make_parent(at, path);
  if (!folder) return errno;
  const std::string name(layout::last_component(path));
  const std::string beside = name_beside(name);
  const Descriptor file(
      ::openat(folder.get(), beside.c_str(),
               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return errno;
  int error = write_all_to(file.get(), digest.to_string());
  if (error == 0) error = finish_as_a_server(file.get(), folder.get());
  if (error == 0 &&
      ::renameat(folder.get(), beside.c_str(), folder.get(), name.c_str()) != 0)
    error = errno;
  if (error != 0) {
    ::unlinkat(folder.get(), beside.c_str(), 0);
    return error;
  }
  return ::fsync(folder.get()) == 0 ? 0 : errno;
}

}  // namespace dregs
