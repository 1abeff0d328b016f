#include "scanner/s3/bucket_lists.h"

#include <utility>

#include "scanner/requests/answers.h"

namespace dregs {
namespace {

UploadPage list_upload_page(S3Client& client,
                            const std::optional<UploadPosition>& from) {
  Query query{{"uploads", ""}};
  if (from) {
    query.emplace_back("key-marker", from->key);
    query.emplace_back("upload-id-marker", from->upload_id);
  }
  return client.ask_xml(
      bucket_request("s3:ListBucketMultipartUploads", std::move(query)),
      [&](const S3Answer& answer) {
        return read_upload_page(answer.http.body, from);
      });
}

PartsPage list_parts(S3Client& client, const PendingUpload& upload,
                     std::uint64_t from) {
  S3Request request =
      bucket_request("s3:ListMultipartUploadParts",
                     {{"uploadId", upload.upload_id},
                      {"part-number-marker", std::to_string(from)}});
  request.key = upload.key;
  request.may_be_missing = true;
  return client.ask_xml(request, [&](const S3Answer& answer) {
    return answer.missing ? PartsPage{}
                          : read_parts_page(answer.http.body, from);
  });
}

}  // namespace

S3Request bucket_request(const char* permission, Query query) {
  S3Request request;
  request.kind = RequestKind::list;
  request.permission = permission;
  request.query = std::move(query);
  return request;
}

ListPage list_objects(S3Client& client, const ListRequest& request) {
  Query query{
      {"list-type", "2"}, {"encoding-type", "url"}, {"prefix", request.prefix}};
  if (request.by_folder) query.emplace_back("delimiter", "/");
  if (!request.start_after.empty())
    query.emplace_back("start-after", request.start_after);
  if (!request.token.empty())
    query.emplace_back("continuation-token", request.token);
  return client.ask_xml(bucket_request("s3:ListBucket", std::move(query)),
                        [&](const S3Answer& answer) {
                          return read_list_page(answer.http.body, request);
                        });
}

VersionPage list_object_versions(S3Client& client, const std::string& prefix,
                                 const std::optional<VersionPosition>& from) {
  Query query{{"versions", ""}, {"encoding-type", "url"}, {"prefix", prefix}};
  if (from) {
    query.emplace_back("key-marker", from->key);
    if (!from->version_id.empty())
      query.emplace_back("version-id-marker", from->version_id);
  }
  return client.ask_xml(
      bucket_request("s3:ListBucketVersions", std::move(query)),
      [&](const S3Answer& answer) {
        return read_version_page(answer.http.body, prefix, from);
      });
}

// Without a prefix: MinIO knows only whole keys there. Without encoding-type:
// radosgw encodes the keys and does not say so.
std::vector<PendingUpload> list_uploads(S3Client& client) {
  std::vector<PendingUpload> uploads;
  std::optional<UploadPosition> from;
  do {
    UploadPage page = list_upload_page(client, from);
    uploads.insert(uploads.end(), page.uploads.begin(), page.uploads.end());
    from = std::move(page.next);
  } while (from);
  return uploads;
}

std::uint64_t bytes_of_upload(S3Client& client, const PendingUpload& upload) {
  std::uint64_t bytes = 0;
  std::uint64_t from = 0;
  while (true) {
    const PartsPage page = list_parts(client, upload, from);
    bytes += page.bytes;
    if (!page.next) return bytes;
    from = *page.next;
  }
}

}  // namespace dregs
