// What S3 answers, from bytes to values. Pure functions, safe for any bytes;
// any thread. Each throws StorageError("XML", ...) for what it does not
// understand wholly: an answer that is half understood is a listing with holes,
// and what is not listed could be removed. object-storage.md#3.1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/objects/object_store.h"

namespace dregs {

// Of the pending multipart uploads.
struct UploadPosition {
  std::string key;
  std::string upload_id;
  bool operator==(const UploadPosition&) const = default;
};

struct UploadPage {
  std::vector<PendingUpload> uploads;
  std::optional<UploadPosition> next;
};

struct PartsPage {
  std::uint64_t bytes = 0;
  std::optional<std::uint64_t> next;  // the marker of the next page
};

struct DeleteAnswer {
  std::vector<ObjectName> removed;
  std::vector<NotRemoved> failed;
};

struct ErrorAnswer {
  std::string code;
  std::string message;
  std::string region;    // of PermanentRedirect and its like
  std::string endpoint;  // empty where the server names none
};

// The keys are sorted, begin with the prefix and sort behind start_after; a
// page that is not the last has a token that is not the request's.
ListPage read_list_page(std::string_view xml, const ListRequest& request);
VersionPage read_version_page(std::string_view xml, const std::string& prefix,
                              const std::optional<VersionPosition>& from);
UploadPage read_upload_page(std::string_view xml,
                            const std::optional<UploadPosition>& from);
PartsPage read_parts_page(std::string_view xml, std::uint64_t from);
Versioning read_versioning(std::string_view xml);
DeleteAnswer read_delete_answer(std::string_view xml);

std::string read_upload_id(std::string_view xml);
// ETag of a copy: `root` is CopyObjectResult, CopyPartResult or
// CompleteMultipartUploadResult.
std::string read_etag(std::string_view xml, std::string_view root);

// None where the bytes are no error of S3, for example a proxy's page.
std::optional<ErrorAnswer> read_error(std::string_view xml);

}  // namespace dregs
