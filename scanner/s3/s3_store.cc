#include "scanner/s3/s3_store.h"

#include <utility>

#include "scanner/requests/answers.h"
#include "scanner/s3/bucket_lists.h"
#include "scanner/s3/kept_checksum.h"
#include "scanner/s3/put_object.h"
#include "scanner/s3/read_object.h"

namespace dregs {

S3Store::S3Store(BucketAddress address, CredentialSettings credentials,
                 StoreSettings settings, RequestCounts& counts)
    : settings_(std::move(settings)),
      client_(std::move(address), std::move(credentials), settings_.client,
              counts),
      remover_(client_, settings_.keys_per_delete) {}

ListPage S3Store::list(const ListRequest& request) {
  return list_objects(client_, request);
}

VersionPage S3Store::list_versions(const std::string& prefix,
                                   const std::optional<VersionPosition>& from) {
  return list_object_versions(client_, prefix, from);
}

std::vector<PendingUpload> S3Store::pending_uploads() {
  return list_uploads(client_);
}

std::uint64_t S3Store::bytes_of(const PendingUpload& upload) {
  return bytes_of_upload(client_, upload);
}

Versioning S3Store::versioning() {
  S3Request request =
      bucket_request("s3:GetBucketVersioning", {{"versioning", ""}});
  request.kind = RequestKind::get;
  return client_.ask_xml(request, [](const S3Answer& answer) {
    return read_versioning(answer.http.body);
  });
}

std::int64_t S3Store::now_ns() {
  if (!client_.clock().now_ns())
    client_.ask(bucket_request("s3:ListBucket",
                               {{"list-type", "2"}, {"max-keys", "1"}}));
  const std::optional<std::int64_t> now = client_.clock().now_ns();
  if (!now)
    throw StorageError("Date", 200,
                       shown_as(client_.address(), "") +
                           ": the server's answers have no Date, so no age is "
                           "known; let the proxy before it pass that header");
  return *now;
}

std::optional<std::string> S3Store::get(const std::string& key,
                                        std::size_t at_most) {
  S3Request request;
  request.permission = "s3:GetObject";
  request.key = key;
  request.at_most = at_most;
  request.may_be_missing = true;
  S3Answer answer = client_.ask(request);
  if (answer.missing) return std::nullopt;
  return std::move(answer.http.body);
}

bool S3Store::read(const std::string& key,
                   const std::function<void(std::string_view)>& part) {
  return read_object(client_, key, part);
}

bool S3Store::keeps_sha256(const std::string& key, const Digest& digest) {
  return keeps_whole_sha256(client_, key, digest);
}

std::vector<NotRemoved> S3Store::remove(std::span<const ObjectName> names) {
  return remover_.remove(names);
}

void S3Store::abort(const PendingUpload& upload) {
  // Without an id it would be the object that is removed.
  if (upload.key.empty() || upload.upload_id.empty())
    throw StorageError("EmptyKey", 0, "an upload without a name is none");
  S3Request request;
  request.kind = RequestKind::remove;
  request.permission = "s3:AbortMultipartUpload";
  request.method = "DELETE";
  request.key = upload.key;
  request.query = {{"uploadId", upload.upload_id}};
  request.may_be_missing = true;
  client_.ask(request);
}

void S3Store::copy(const StoredObject& from, const std::string& to) {
  copy_object(client_, settings_.copy, from, to);
}

void S3Store::put(const std::string& key, const std::string& bytes) {
  put_object(client_, settings_.put_headers, key, bytes);
}

bool S3Store::put_over(const std::string& key, const std::string& bytes,
                       const std::string& etag) {
  return put_unless_changed(etag, [&](const std::optional<HeaderField>& only) {
    std::vector<HeaderField> headers = settings_.put_headers;
    if (only) headers.push_back(*only);
    put_object(client_, headers, key, bytes);
  });
}

std::unique_ptr<NewObject> S3Store::create(const std::string& key) {
  return create_object(client_, {settings_.put_headers, settings_.part}, key);
}

}  // namespace dregs
