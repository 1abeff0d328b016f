// A LayoutFolder writes an OCI layout into a folder that the user names, beside
// what is in it. Its index comes last: until then nobody takes the new images
// for whole. Functions throw std::runtime_error with one line that names the
// file. Any number of threads, each with blobs of its own.
#pragma once

#include <string>

#include "scanner/disk/root.h"
#include "scanner/files/descriptor.h"
#include "scanner/formats/digest.h"

namespace dregs {

class LayoutFolder {
 public:
  // Makes the folder where it is missing. Throws where it holds anything but an
  // OCI layout, lies in the registry's root, or is written by another run.
  LayoutFolder(const std::string& path, const ResolvedRoot& root);

  // Whether it has the blob; the bytes are hashed.
  bool has(const Digest& digest) const;

  // Opens a new file, to be written and read. It is the blob after keep(), and
  // gone after drop().
  Descriptor begin(const Digest& digest) const;
  void keep(const Digest& digest) const;
  void drop(const Digest& digest) const;

  // What index.json holds; empty where there is none yet.
  std::string index() const;
  // Everything written so far is on the disk before the index is.
  void replace_index(const std::string& text) const;

  std::string path_of(const std::string& name) const {
    return path_ + "/" + name;
  }

 private:
  std::string path_;
  Descriptor folder_;  // holds the lock
  Descriptor blobs_;   // blobs/sha256
};

// A layout that is only looked at: whether it has a blob, by name and size.
class OtherLayout {
 public:
  // Throws std::runtime_error where the folder is no OCI layout.
  explicit OtherLayout(const std::string& path);
  bool has(const Digest& digest, std::uint64_t bytes) const;

 private:
  Descriptor blobs_;
};

}  // namespace dregs
