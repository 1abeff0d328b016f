#include "s3_bucket.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

namespace dregs {

std::string md5_hex(const std::string& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> md5{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), md5.data(), &size, EVP_md5(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", md5[i]);
  return hex;
}

std::string S3Bucket::next_id() {
  return versioning == "Enabled" ? fmt::format("v{:06}", ++made_) : "null";
}

const KeptVersion* S3Bucket::find(const std::string& key) const {
  const auto found = keys.find(key);
  if (found == keys.end() || found->second.back().is_delete_marker)
    return nullptr;
  return &found->second.back();
}

KeptVersion& S3Bucket::put(const std::string& key, KeptVersion version) {
  version.id = next_id();
  if (version.etag.empty()) version.etag = md5_hex(version.bytes);
  std::vector<KeptVersion>& versions = keys[key];
  std::erase_if(versions,
                [&](const KeptVersion& old) { return old.id == version.id; });
  return versions.emplace_back(std::move(version));
}

std::string S3Bucket::remove(const std::string& key,
                             const std::string& version_id) {
  if (version_id.empty() && !versioning.empty()) {
    KeptVersion marker;
    marker.is_delete_marker = true;
    marker.etag = "-";
    return put(key, std::move(marker)).id;
  }
  const auto found = keys.find(key);
  if (found == keys.end()) return {};
  std::erase_if(found->second, [&](const KeptVersion& version) {
    return version_id.empty() || version.id == version_id;
  });
  if (found->second.empty()) keys.erase(found);
  return {};
}

}  // namespace dregs
