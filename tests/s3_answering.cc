#include "s3_answering.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <pugixml.hpp>

#include "s3_pages.h"
#include "scanner/http/xml_answer.h"

namespace dregs {
namespace {

ServedAnswer give_object(const S3Bucket& bucket, const AskedOfBucket& asked) {
  const KeptVersion* version = bucket.find(asked.key);
  if (version == nullptr) return error_answer(404, "NoSuchKey");
  const std::string etag = "\"" + version->etag + "\"";
  const std::string demanded = asked.http.header("if-match");
  if (!demanded.empty() && demanded != etag)
    return error_answer(412, "PreconditionFailed");
  ServedAnswer answer;
  answer.headers = {{"ETag", etag}};
  const bool with_checksum =
      asked.http.header("x-amz-checksum-mode") == "ENABLED";
  for (const auto& header : version->metadata)
    if (with_checksum || !header.first.starts_with("x-amz-checksum-"))
      answer.headers.push_back(header);
  answer.body = version->bytes;
  const std::string range = asked.http.header("range");
  if (range.starts_with("bytes=")) {
    const std::size_t from = std::stoul(range.substr(6));
    answer.status = 206;
    answer.headers.emplace_back(
        "Content-Range",
        fmt::format("bytes {}-{}/{}", from, version->bytes.size() - 1,
                    version->bytes.size()));
    answer.body.erase(0, from);
  }
  return answer;
}

std::map<std::string, std::string> metadata_of(const ServedRequest& request) {
  std::map<std::string, std::string> metadata;
  for (const auto& [name, value] : request.headers)
    if (name.starts_with("x-amz-meta-") || name == "content-type")
      metadata[name] = value;
  return metadata;
}

KeptVersion version_of(const ServedRequest& request, std::string bytes) {
  KeptVersion version;
  version.bytes = std::move(bytes);
  version.modified_ns = std::time(nullptr) * 1'000'000'000;
  version.metadata = metadata_of(request);
  const std::string storage_class = request.header("x-amz-storage-class");
  if (!storage_class.empty()) version.storage_class = storage_class;
  return version;
}

bool meets_conditions(const S3Bucket& bucket, const AskedOfBucket& asked) {
  const KeptVersion* version = bucket.find(asked.key);
  const std::string demanded = asked.http.header("if-match");
  if (!demanded.empty())
    return version != nullptr && (demanded == version->etag ||
                                  demanded == "\"" + version->etag + "\"");
  return asked.http.header("if-none-match") != "*" || version == nullptr;
}

ServedAnswer put_part(S3Bucket& bucket, const AskedOfBucket& asked) {
  const auto upload = bucket.uploads.find(asked.parameter("uploadId"));
  if (upload == bucket.uploads.end()) return error_answer(404, "NoSuchUpload");
  const auto number =
      static_cast<unsigned>(std::stoul(asked.parameter("partNumber")));
  upload->second.parts[number] = asked.http.body;
  ServedAnswer answer;
  answer.headers = {{"ETag", "\"" + md5_hex(asked.http.body) + "\""}};
  return answer;
}

ServedAnswer put_object(S3Bucket& bucket, const AskedOfBucket& asked) {
  const std::string md5 = asked.http.header("content-md5");
  if (!md5.empty() && md5 != md5_base64(asked.http.body))
    return error_answer(400, "BadDigest");
  if (asked.query.contains("uploadId")) return put_part(bucket, asked);
  if (!meets_conditions(bucket, asked))
    return error_answer(412, "PreconditionFailed");
  ServedAnswer answer;
  answer.headers = {
      {"ETag",
       "\"" +
           bucket.put(asked.key, version_of(asked.http, asked.http.body)).etag +
           "\""}};
  return answer;
}

const KeptVersion* source_of(const S3Bucket& bucket,
                             const S3ServerSettings& settings,
                             const AskedOfBucket& asked) {
  const std::string source =
      url_decoded(asked.http.header("x-amz-copy-source"));
  const std::string start = "/" + settings.bucket + "/";
  if (!source.starts_with(start)) return nullptr;
  return bucket.find(source.substr(start.size()));
}

ServedAnswer copy_object_or_part(S3Bucket& bucket,
                                 const S3ServerSettings& settings,
                                 const AskedOfBucket& asked) {
  const KeptVersion* source = source_of(bucket, settings, asked);
  if (source == nullptr) return error_answer(404, "NoSuchKey");
  if (asked.http.header("x-amz-copy-source-if-match") !=
      "\"" + source->etag + "\"")
    return error_answer(412, "PreconditionFailed");
  std::string bytes = source->bytes;
  const std::string range = asked.http.header("x-amz-copy-source-range");
  if (!range.empty()) {
    const std::size_t dash = range.find('-');
    const std::size_t first = std::stoul(range.substr(6, dash - 6));
    bytes = bytes.substr(first, std::stoul(range.substr(dash + 1)) - first + 1);
  }
  const auto upload = bucket.uploads.find(asked.parameter("uploadId"));
  const std::string etag = xml_element("ETag", "\"" + md5_hex(bytes) + "\"");
  if (upload != bucket.uploads.end()) {
    const auto number =
        static_cast<unsigned>(std::stoul(asked.parameter("partNumber")));
    upload->second.parts[number] = bytes;
    return xml_answer("CopyPartResult", etag);
  }
  if (asked.query.contains("uploadId"))
    return error_answer(404, "NoSuchUpload");
  KeptVersion copied = version_of(asked.http, bytes);
  copied.metadata = source->metadata;
  bucket.put(asked.key, std::move(copied));
  return xml_answer("CopyObjectResult", etag);
}

ServedAnswer begin_upload(S3Bucket& bucket, const AskedOfBucket& asked) {
  const KeptVersion like = version_of(asked.http, "");
  const std::string id = fmt::format("upload-{}", bucket.uploads.size() + 1);
  bucket.uploads[id] = {
      asked.key, like.modified_ns, like.storage_class, like.metadata, {}};
  return xml_answer("InitiateMultipartUploadResult",
                    xml_element("UploadId", id));
}

ServedAnswer complete_upload(S3Bucket& bucket, const AskedOfBucket& asked) {
  const auto upload = bucket.uploads.find(asked.parameter("uploadId"));
  if (upload == bucket.uploads.end()) return error_answer(404, "NoSuchUpload");
  if (!meets_conditions(bucket, asked))
    return error_answer(412, "PreconditionFailed");
  KeptVersion version;
  for (const auto& [number, bytes] : upload->second.parts)
    version.bytes += bytes;
  version.etag =
      fmt::format("{}-{}", md5_hex(version.bytes), upload->second.parts.size());
  version.modified_ns = std::time(nullptr) * 1'000'000'000;
  version.storage_class = upload->second.storage_class;
  version.metadata = upload->second.metadata;
  const std::string etag = bucket.put(asked.key, std::move(version)).etag;
  bucket.uploads.erase(upload);
  return xml_answer("CompleteMultipartUploadResult",
                    xml_element("ETag", "\"" + etag + "\""));
}

const Fault* fault_of_key(const std::vector<Fault>& faults, Fault::Kind kind,
                          const std::string& key) {
  for (const Fault& fault : faults)
    if (fault.kind == kind && key.find(fault.text) != std::string::npos)
      return &fault;
  return nullptr;
}

std::string removed_elements(S3Bucket& bucket, const std::string& key,
                             const std::string& version,
                             const std::vector<Fault>& faults) {
  const std::string id =
      version.empty() ? "" : xml_element("VersionId", version);
  if (const Fault* fault = fault_of_key(faults, Fault::Kind::key_error, key))
    return "<Error>" + xml_element("Key", key) + id +
           xml_element("Code", fault->code) +
           xml_element("Message", "not this one") + "</Error>";
  if (fault_of_key(faults, Fault::Kind::forget_key, key) != nullptr) return {};
  const std::string marker = bucket.remove(key, version);
  return "<Deleted>" + xml_element("Key", key) + id +
         (marker.empty() ? ""
                         : xml_element("DeleteMarker", "true") +
                               xml_element("DeleteMarkerVersionId", marker)) +
         "</Deleted>";
}

ServedAnswer remove_many(S3Bucket& bucket, const AskedOfBucket& asked,
                         const std::vector<Fault>& faults) {
  if (asked.http.header("content-md5") != md5_base64(asked.http.body))
    return error_answer(400, "InvalidDigest");
  pugi::xml_document document;
  if (!document.load_buffer(asked.http.body.data(), asked.http.body.size(),
                            pugi::parse_default | pugi::parse_ws_pcdata_single))
    return error_answer(400, "MalformedXML");
  std::string inside;
  std::size_t count = 0;
  for (const auto& object : document.child("Delete").children("Object")) {
    ++count;
    inside += removed_elements(bucket, object.child_value("Key"),
                               object.child_value("VersionId"), faults);
  }
  if (count == 0 || count > 1000) return error_answer(400, "MalformedXML");
  return xml_answer("DeleteResult", inside);
}

Asked kind_of_bucket_request(const AskedOfBucket& asked) {
  if (asked.query.contains("delete")) return Asked::remove_many;
  if (asked.query.contains("versions")) return Asked::versions;
  if (asked.query.contains("uploads")) return Asked::uploads;
  if (asked.query.contains("versioning")) return Asked::versioning;
  return Asked::list;
}

Asked kind_of_object_request(const AskedOfBucket& asked) {
  const std::string& method = asked.http.method;
  const bool upload = asked.query.contains("uploadId");
  if (method == "GET") return upload ? Asked::parts : Asked::get;
  if (method == "HEAD") return Asked::head;
  if (method == "DELETE") return upload ? Asked::abort_upload : Asked::remove;
  if (method == "POST")
    return upload ? Asked::complete_upload : Asked::begin_upload;
  return asked.http.headers.contains("x-amz-copy-source") ? Asked::copy
                                                          : Asked::put;
}

}  // namespace

std::string AskedOfBucket::parameter(const std::string& name) const {
  const auto found = query.find(name);
  return found == query.end() ? "" : found->second;
}

AskedOfBucket understand(const ServedRequest& request,
                         const std::string& bucket) {
  AskedOfBucket asked{Asked::get, "", {}, request};
  std::string path = url_decoded(request.path);
  const std::string start = "/" + bucket;
  if (path.starts_with(start + "/")) asked.key = path.substr(start.size() + 1);
  std::string_view rest = request.query;
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find('&'));
    const std::size_t equals = std::min(part.find('='), part.size());
    asked.query[url_decoded(part.substr(0, equals))] =
        url_decoded(part.substr(std::min(equals + 1, part.size())));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  }
  asked.kind = asked.key.empty() ? kind_of_bucket_request(asked)
                                 : kind_of_object_request(asked);
  return asked;
}

ServedAnswer answer_of(S3Bucket& bucket, const S3ServerSettings& settings,
                       const AskedOfBucket& asked,
                       const std::vector<Fault>& faults) {
  switch (asked.kind) {
    case Asked::list:
      return list_keys(bucket, settings, asked);
    case Asked::versions:
      return list_all_versions(bucket, settings, asked);
    case Asked::uploads:
      return list_pending(bucket, settings, asked);
    case Asked::parts:
      return list_parts(bucket, settings, asked);
    case Asked::versioning:
      return xml_answer("VersioningConfiguration",
                        bucket.versioning.empty()
                            ? ""
                            : xml_element("Status", bucket.versioning));
    case Asked::get:
    case Asked::head:
      return give_object(bucket, asked);
    case Asked::put:
      return put_object(bucket, asked);
    case Asked::copy:
      return copy_object_or_part(bucket, settings, asked);
    case Asked::begin_upload:
      return begin_upload(bucket, asked);
    case Asked::complete_upload:
      return complete_upload(bucket, asked);
    case Asked::remove_many:
      return settings.takes_delete_of_many
                 ? remove_many(bucket, asked, faults)
                 : error_answer(501, "NotImplemented");
    case Asked::remove:
      bucket.remove(asked.key, asked.parameter("versionId"));
      break;
    case Asked::abort_upload:
      if (bucket.uploads.erase(asked.parameter("uploadId")) == 0)
        return error_answer(404, "NoSuchUpload");
      break;
  }
  ServedAnswer done;
  done.status = 204;
  return done;
}

ServedAnswer error_answer(int status, const std::string& code,
                          const std::string& more) {
  ServedAnswer answer =
      xml_answer("Error", xml_element("Code", code) +
                              xml_element("Message", "said so") + more);
  answer.status = status;
  return answer;
}

}  // namespace dregs
