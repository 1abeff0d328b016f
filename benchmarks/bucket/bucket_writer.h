// Writes a registry as the s3 driver leaves it (format.md#1.1,
// object-storage.md#3): keys are the paths of a disk, and there are no folders.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "benchmarks/store_writer.h"

namespace dregs {

// What takes the objects; any thread calls. `size` is what listings shall say:
// that of the bytes, or more where layers claim to be larger.
struct ObjectSink {
  std::function<void(const std::string& key, const std::string& bytes,
                     std::uint64_t size)>
      put;
  // A multipart upload that is never completed.
  std::function<void(const std::string& key, const std::string& bytes)> begin;
};

class BucketWriter final : public StoreWriter {
 public:
  // `rootdirectory` is "" or ends in a slash.
  BucketWriter(const std::string& rootdirectory, ObjectSink sink);

  void write(const NewBlob& blob) const override;
  std::unique_ptr<const RepositoryWriter> repository(
      const std::string& name) const override;

 private:
  std::string v2_;  // ends in a slash
  ObjectSink sink_;
};

}  // namespace dregs
