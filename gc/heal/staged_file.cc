#include "gc/heal/staged_file.h"

#include <cerrno>

#include "gc/heal/new_file.h"
#include "gc/remove/aside_folder.h"
#include "gc/remove/make_parent.h"
#include "gc/remove/move_file.h"
#include "gc/remove/remover.h"
#include "scanner/files/whole_file.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

constexpr const char* kStagedName = "new";

}  // namespace

StagingFolder::StagingFolder(int v2) : v2_(v2) { remove_staged(v2); }

StagingFolder::~StagingFolder() { remove_staged(v2_); }

StagedFile::StagedFile(int v2)
    : folder_(make_own_folder(v2, ".dregs/repair")),
      file_(folder_ ? ::openat(
                          folder_.get(), kStagedName,
                          O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                          0600)
                    : -1),
      error_(file_ ? 0 : errno) {}

int StagedFile::add(std::string_view bytes) {
  if (error_ == 0) error_ = write_all_to(file_.get(), bytes);
  return error_;
}

int StagedFile::finish(int folder) {
  return error_ == 0 ? finish_as_a_server(file_.get(), folder) : error_;
}

int StagedFile::put(int folder, const std::string& name) {
  return move_file(folder_.get(), kStagedName, folder, name);
}

HashedRead read_hashed(int source, const Digest& digest,
                       const StopRequest& stop,
                       std::atomic<std::uint64_t>& bytes,
                       const std::function<int(std::string_view)>& see) {
  FileStatus status;
  int error = descriptor_status(source, status);
  if (error == 0 && !status.regular()) error = EINVAL;
  if (error == 0 && stop.requested()) error = ECANCELED;
  if (error != 0) return {error};
  Sha256 hasher;
  error = read_in_parts(source, [&](std::string_view part) {
    if (stop.requested()) return ECANCELED;
    hasher.update(part);
    bytes += part.size();
    return see(part);
  });
  if (error != 0 || hasher.finish() == digest) return {error};
  return {EBADMSG, true};
}

HashedRead put_blob(int v2, int source, const Digest& digest,
                    const StopRequest& stop,
                    std::atomic<std::uint64_t>& bytes) {
  StagedFile file(v2);
  if (file.error() != 0) return {file.error()};
  HashedRead read =
      read_hashed(source, digest, stop, bytes,
                  [&](std::string_view part) { return file.add(part); });
  if (read.error != 0) return read;
  const std::string path = layout::blob_data(digest);
  const Descriptor folder = make_parent(v2, path);
  if (!folder) return {errno};
  read.error = file.finish(folder.get());
  if (read.error == 0)
    read.error =
        file.put(folder.get(), std::string(layout::last_component(path)));
  return read;
}

}  // namespace dregs
