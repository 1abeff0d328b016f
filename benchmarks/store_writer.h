// Writes a registry root as the server would leave it (format.md#1.1, #1.3),
// without its fsyncs. Everything is created anew: a file that exists already is
// an error. All members may be called from any thread at once, except that one
// RepositoryWriter's folders must be made before it is used. Throws
// std::system_error naming the path.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "benchmarks/image_maker.h"
#include "scanner/formats/digest.h"

namespace dregs {

// An open directory.
class Folder {
 public:
  Folder() = default;
  // Makes every missing folder of the path, then opens it.
  Folder(const Folder& parent, const std::string& path);
  explicit Folder(const std::string& path);
  Folder(Folder&& other) noexcept;
  Folder& operator=(Folder&& other) noexcept;
  ~Folder();

  void make(const std::string& path) const;
  void write(const std::string& path, std::string_view bytes) const;

 private:
  int fd_ = -1;
};

class RepositoryWriter {
 public:
  RepositoryWriter(const Folder& repositories, const std::string& name);

  void link_layer(const Digest& digest) const;
  void link_revision(const Digest& digest) const;
  void delete_revision(const Digest& digest) const;
  // Every digest the tag ever named, oldest first; the last is current.
  void tag(const std::string& name, std::span<const Digest> history) const;
  void leave_upload(const std::string& id, std::string_view bytes) const;

 private:
  Folder folder_, layers_, revisions_, tags_;
};

class StoreWriter {
 public:
  explicit StoreWriter(const std::string& root);

  void write(const NewBlob& blob) const;
  RepositoryWriter repository(const std::string& name) const;

 private:
  Folder repositories_;
  std::array<Folder, 256> shards_;
};

}  // namespace dregs
