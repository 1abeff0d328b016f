// What a bucket of the S3 server in memory holds. Not guarded: the server is.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dregs {

struct KeptVersion {
  std::string id;  // "null" in a bucket without versions
  std::string bytes;
  std::string etag;
  std::optional<std::uint64_t> claimed_size;  // where listings say another one
  std::int64_t modified_ns = 0;
  std::string storage_class = "STANDARD";
  std::map<std::string, std::string> metadata;  // headers that are given back
  bool is_delete_marker = false;
};

struct KeptUpload {
  std::string key;
  std::int64_t initiated_ns = 0;
  std::string storage_class = "STANDARD";
  std::map<std::string, std::string> metadata;
  std::map<unsigned, std::string> parts;
};

class S3Bucket {
 public:
  std::string versioning;  // "", "Enabled" or "Suspended"
  std::map<std::string, std::vector<KeptVersion>> keys;  // newest version last
  std::map<std::string, KeptUpload> uploads;             // by their ids

  // The latest version; none where it is a delete marker.
  const KeptVersion* find(const std::string& key) const;
  KeptVersion& put(const std::string& key, KeptVersion version);
  // Returns the id of the marker that was made, if one was.
  std::string remove(const std::string& key, const std::string& version_id);

 private:
  std::string next_id();
  unsigned made_ = 0;
};

std::string md5_hex(const std::string& bytes);

}  // namespace dregs
