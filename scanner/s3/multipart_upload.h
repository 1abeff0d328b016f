// One multipart upload, from its begin to its end: nobody sees the object
// before it is completed. One thread. All throw StorageError but give_up().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scanner/requests/s3_client.h"

namespace dregs {

class MultipartUpload {
 public:
  // The client is borrowed. `permission` is what each of its requests needs.
  MultipartUpload(S3Client& client, std::string key, const char* permission);

  bool begun() const { return !id_.empty(); }
  // The headers are the new object's.
  void begin(std::vector<HeaderField> headers);
  // For the next part; whoever asks hands the answer's ETag to took().
  S3Request next_part() const;
  void took(std::string etag) { etags_.push_back(std::move(etag)); }
  // `bytes` is the size of all parts; `condition` is of what is replaced.
  // Throws what the server says where it is not met.
  void complete(std::uint64_t bytes,
                const std::optional<HeaderField>& condition = std::nullopt);
  // A collection aborts later what cannot be aborted now.
  void give_up() noexcept;

 private:
  S3Request request(const std::string& method, Query query) const;
  void check_completed(std::uint64_t bytes);

  S3Client& client_;
  const std::string key_;
  const char* permission_;
  std::string id_;
  std::vector<std::string> etags_;
};

// Throws StorageError.
HttpAnswer head_object(S3Client& client, const std::string& key);

}  // namespace dregs
