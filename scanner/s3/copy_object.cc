#include "scanner/s3/copy_object.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <string_view>

#include "scanner/requests/answers.h"
#include "scanner/s3/multipart_upload.h"

namespace dregs {
namespace {

constexpr std::uint64_t kPartsMax = 10'000;
constexpr const char* kToCopy = "s3:PutObject and s3:GetObject";

// The source, as long as it is still what was listed.
std::vector<HeaderField> source_headers(const S3Client& client,
                                        const StoredObject& from) {
  return {{"x-amz-copy-source", "/" + escaped_word(client.address().bucket) +
                                    "/" + escaped_path(from.key)},
          {"x-amz-copy-source-if-match", "\"" + from.etag + "\""}};
}

void add_headers(std::vector<HeaderField>& to,
                 const std::vector<HeaderField>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

void add_class(std::vector<HeaderField>& to, const StoredObject& from) {
  if (!from.storage_class.empty())
    to.push_back({"x-amz-storage-class", from.storage_class});
}

void copy_at_once(S3Client& client, const CopySettings& settings,
                  const StoredObject& from, const std::string& to) {
  S3Request request;
  request.kind = RequestKind::put;
  request.permission = kToCopy;
  request.method = "PUT";
  request.key = to;
  request.slow = true;
  request.headers = source_headers(client, from);
  add_headers(request.headers, settings.headers);
  add_class(request.headers, from);
  client.ask_xml(request, [](const S3Answer& answer) {
    return read_etag(answer.http.body, "CopyObjectResult");
  });
}

bool is_metadata(std::string_view name) {
  return name.starts_with("x-amz-meta-") || name == "content-type" ||
         name == "content-encoding" || name == "content-disposition" ||
         name == "content-language" || name == "cache-control";
}

// The upload's headers: what the object has, and what the settings want.
std::vector<HeaderField> headers_of_copy(S3Client& client,
                                         const CopySettings& settings,
                                         const StoredObject& from) {
  std::vector<HeaderField> headers = settings.headers;
  add_class(headers, from);
  for (const auto& [name, value] : head_object(client, from.key).headers)
    if (is_metadata(name)) headers.push_back({name, value});
  return headers;
}

std::string copy_part(S3Client& client, S3Request part,
                      const StoredObject& from, std::uint64_t first,
                      std::uint64_t last) {
  part.headers = source_headers(client, from);
  part.headers.push_back(
      {"x-amz-copy-source-range", fmt::format("bytes={}-{}", first, last)});
  return client.ask_xml(part, [](const S3Answer& answer) {
    return read_etag(answer.http.body, "CopyPartResult");
  });
}

void copy_in_parts(S3Client& client, const CopySettings& settings,
                   const StoredObject& from, const std::string& to) {
  const std::uint64_t part =
      std::max(settings.part, (from.size + kPartsMax - 1) / kPartsMax);
  MultipartUpload upload(client, to, kToCopy);
  try {
    upload.begin(headers_of_copy(client, settings, from));
    for (std::uint64_t at = 0; at < from.size; at += part)
      upload.took(copy_part(client, upload.next_part(), from, at,
                            std::min(at + part, from.size) - 1));
    upload.complete(from.size);
  } catch (...) {
    upload.give_up();
    throw;
  }
}

}  // namespace

void copy_object(S3Client& client, const CopySettings& settings,
                 const StoredObject& from, const std::string& to) {
  if (from.size <= settings.at_once)
    return copy_at_once(client, settings, from, to);
  copy_in_parts(client, settings, from, to);
}

}  // namespace dregs
