#include "scanner/s3/multipart_upload.h"

#include <fmt/format.h>

#include <utility>

#include "scanner/requests/answers.h"

namespace dregs {
namespace {

std::string parts_body(const std::vector<std::string>& etags) {
  std::string body = "<CompleteMultipartUpload>";
  for (std::size_t i = 0; i < etags.size(); ++i)
    body += fmt::format(
        "<Part><PartNumber>{}</PartNumber><ETag>\"{}\"</ETag></Part>", i + 1,
        etags[i]);
  return body + "</CompleteMultipartUpload>";
}

}  // namespace

MultipartUpload::MultipartUpload(S3Client& client, std::string key,
                                 const char* permission)
    : client_(client), key_(std::move(key)), permission_(permission) {}

S3Request MultipartUpload::request(const std::string& method,
                                   Query query) const {
  S3Request request;
  request.kind = RequestKind::put;
  request.permission = permission_;
  request.method = method;
  request.key = key_;
  request.query = std::move(query);
  request.slow = true;
  return request;
}

void MultipartUpload::begin(std::vector<HeaderField> headers) {
  S3Request begin = request("POST", {{"uploads", ""}});
  begin.headers = std::move(headers);
  id_ = client_.ask_xml(begin, [](const S3Answer& answer) {
    return read_upload_id(answer.http.body);
  });
}

S3Request MultipartUpload::next_part() const {
  return request("PUT", {{"partNumber", std::to_string(etags_.size() + 1)},
                         {"uploadId", id_}});
}

void MultipartUpload::complete(std::uint64_t bytes,
                               const std::optional<HeaderField>& condition) {
  S3Request complete = request("POST", {{"uploadId", id_}});
  if (condition) complete.headers.push_back(*condition);
  complete.body = parts_body(etags_);
  complete.may_be_missing = true;
  const bool missing = client_.ask_xml(complete, [](const S3Answer& answer) {
    if (!answer.missing)
      read_etag(answer.http.body, "CompleteMultipartUploadResult");
    return answer.missing;
  });
  if (missing) check_completed(bytes);
}

// Where the answer to the first try was lost, the second finds no upload.
void MultipartUpload::check_completed(std::uint64_t bytes) {
  const HttpAnswer there = head_object(client_, key_);
  const auto size = there.headers.find("content-length");
  if (size == there.headers.end() || size->second != std::to_string(bytes))
    throw StorageError("NoSuchUpload", 404,
                       shown_as(client_.address(), key_) +
                           ": its upload in parts was aborted by somebody");
}

void MultipartUpload::give_up() noexcept {
  if (!begun()) return;
  S3Request abort;
  abort.kind = RequestKind::remove;
  abort.permission = "s3:AbortMultipartUpload";
  abort.method = "DELETE";
  abort.key = key_;
  abort.query = {{"uploadId", id_}};
  abort.may_be_missing = true;
  try {
    client_.ask(abort);
  } catch (const std::exception&) {
    // What failed first is what to tell.
  }
}

HttpAnswer head_object(S3Client& client, const std::string& key) {
  S3Request request;
  request.kind = RequestKind::head;
  request.permission = "s3:GetObject";
  request.method = "HEAD";
  request.key = key;
  return client.ask(request).http;
}

}  // namespace dregs
