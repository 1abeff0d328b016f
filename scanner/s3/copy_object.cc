#include "scanner/s3/copy_object.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <string_view>

#include "scanner/requests/answers.h"

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

S3Request write_request(const std::string& method, const std::string& key) {
  S3Request request;
  request.kind = RequestKind::put;
  request.permission = kToCopy;
  request.method = method;
  request.key = key;
  request.slow = true;
  return request;
}

void copy_at_once(S3Client& client, const CopySettings& settings,
                  const StoredObject& from, const std::string& to) {
  S3Request request = write_request("PUT", to);
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

HttpAnswer head_object(S3Client& client, const std::string& key) {
  S3Request request;
  request.kind = RequestKind::head;
  request.permission = "s3:GetObject";
  request.method = "HEAD";
  request.key = key;
  return client.ask(request).http;
}

std::string parts_body(const std::vector<std::string>& etags) {
  std::string body = "<CompleteMultipartUpload>";
  for (std::size_t i = 0; i < etags.size(); ++i)
    body += fmt::format(
        "<Part><PartNumber>{}</PartNumber><ETag>\"{}\"</ETag></Part>", i + 1,
        etags[i]);
  return body + "</CompleteMultipartUpload>";
}

// One copy in parts, from its begin to its end.
class PartCopy {
 public:
  PartCopy(S3Client& client, const CopySettings& settings,
           const StoredObject& from, const std::string& to)
      : client_(client), settings_(settings), from_(from), to_(to) {}

  void run() {
    begin();
    try {
      copy_parts();
      complete();
    } catch (...) {
      give_up();
      throw;
    }
  }

 private:
  void begin() {
    S3Request request = write_request("POST", to_);
    request.query = {{"uploads", ""}};
    add_headers(request.headers, settings_.headers);
    add_class(request.headers, from_);
    for (const auto& [name, value] : head_object(client_, from_.key).headers)
      if (is_metadata(name)) request.headers.push_back({name, value});
    id_ = client_.ask_xml(request, [](const S3Answer& answer) {
      return read_upload_id(answer.http.body);
    });
  }

  void copy_parts() {
    const std::uint64_t part =
        std::max(settings_.part, (from_.size + kPartsMax - 1) / kPartsMax);
    for (std::uint64_t at = 0; at < from_.size; at += part)
      copy_part(at, std::min(at + part, from_.size) - 1);
  }

  void copy_part(std::uint64_t first, std::uint64_t last) {
    S3Request request = write_request("PUT", to_);
    request.query = {{"partNumber", std::to_string(etags_.size() + 1)},
                     {"uploadId", id_}};
    request.headers = source_headers(client_, from_);
    request.headers.push_back(
        {"x-amz-copy-source-range", fmt::format("bytes={}-{}", first, last)});
    etags_.push_back(client_.ask_xml(request, [](const S3Answer& answer) {
      return read_etag(answer.http.body, "CopyPartResult");
    }));
  }

  void complete() {
    S3Request request = write_request("POST", to_);
    request.query = {{"uploadId", id_}};
    request.body = parts_body(etags_);
    request.may_be_missing = true;
    const bool missing = client_.ask_xml(request, [](const S3Answer& answer) {
      if (!answer.missing)
        read_etag(answer.http.body, "CompleteMultipartUploadResult");
      return answer.missing;
    });
    if (missing) check_completed();
  }

  // Where the answer to the first try was lost, the second finds no upload.
  void check_completed() {
    const HttpAnswer there = head_object(client_, to_);
    const auto size = there.headers.find("content-length");
    if (size == there.headers.end() ||
        size->second != std::to_string(from_.size))
      throw StorageError("NoSuchUpload", 404,
                         shown_as(client_.address(), to_) +
                             ": the copy in parts was aborted by somebody");
  }

  void give_up() {
    S3Request request;
    request.kind = RequestKind::remove;
    request.permission = "s3:AbortMultipartUpload";
    request.method = "DELETE";
    request.key = to_;
    request.query = {{"uploadId", id_}};
    request.may_be_missing = true;
    try {
      client_.ask(request);
    } catch (const StorageError&) {
      // A collection aborts it later; what failed first is what to tell.
    }
  }

  S3Client& client_;
  const CopySettings& settings_;
  const StoredObject& from_;
  const std::string& to_;
  std::string id_;
  std::vector<std::string> etags_;
};

}  // namespace

void copy_object(S3Client& client, const CopySettings& settings,
                 const StoredObject& from, const std::string& to) {
  if (from.size <= settings.at_once)
    return copy_at_once(client, settings, from, to);
  PartCopy(client, settings, from, to).run();
}

}  // namespace dregs
