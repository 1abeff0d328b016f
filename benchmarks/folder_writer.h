// Writes a registry root on a disk, without the server's fsyncs. A file that
// exists already is an error. Throws std::system_error naming the path.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "benchmarks/store_writer.h"

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

class FolderWriter final : public StoreWriter {
 public:
  explicit FolderWriter(const std::string& root);

  void write(const NewBlob& blob) const override;
  std::unique_ptr<const RepositoryWriter> repository(
      const std::string& name) const override;

 private:
  Folder repositories_;
  std::array<Folder, 256> shards_;
};

}  // namespace dregs
