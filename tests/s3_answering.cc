#include "s3_answering.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <pugixml.hpp>

#include "scanner/formats/text.h"
#include "scanner/http/xml_answer.h"

namespace dregs {
namespace {

std::string xml_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string element(const char* name, const std::string& text) {
  return fmt::format("<{0}>{1}</{0}>", name, xml_text(text));
}

std::string time_text(std::int64_t ns) {
  return signing_time(ns / 1'000'000'000)
      .replace(13, 0, ":")
      .replace(11, 0, ":");
}

// "20261127T11:05:00Z" with dashes in its date.
std::string iso_time(std::int64_t ns) {
  return time_text(ns).insert(6, "-").insert(4, "-");
}

ServedAnswer xml_answer(const std::string& root, const std::string& inside) {
  ServedAnswer answer;
  answer.headers = {{"Content-Type", "application/xml"}};
  answer.body = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{0} xmlns=\"http://s3."
      "amazonaws.com/doc/2006-03-01/\">{1}</{0}>",
      root, inside);
  return answer;
}

// One answer to one listing.
class PageWriter {
 public:
  PageWriter(const S3ServerSettings& settings, const AskedOfBucket& asked)
      : asked_(asked),
        encoded_(settings.encodes_names &&
                 asked.parameter("encoding-type") == "url"),
        left_(settings.page_size) {
    const std::string most = asked.parameter("max-keys");
    if (!most.empty()) left_ = std::min<std::size_t>(left_, std::stoul(most));
    if (encoded_) inside_ = element("EncodingType", "url");
  }

  std::string name(const char* element_name, const std::string& text) const {
    return element(element_name, encoded_ ? escaped_path(text) : text);
  }
  bool full() const { return left_ == 0; }
  void add(const std::string& text) {
    inside_ += text;
    --left_;
  }
  void end(const std::string& text) { inside_ += text; }
  const std::string& inside() const { return inside_; }

 private:
  const AskedOfBucket& asked_;
  bool encoded_;
  std::size_t left_;
  std::string inside_;
};

std::string object_elements(const KeptVersion& version) {
  return element("LastModified", iso_time(version.modified_ns)) +
         element("ETag", "\"" + version.etag + "\"") +
         element("Size", std::to_string(version.bytes.size())) +
         element("StorageClass", version.storage_class);
}

// The token is the last name that was given: a key or a folder.
ServedAnswer list_keys(const S3Bucket& bucket, const S3ServerSettings& settings,
                       const AskedOfBucket& asked) {
  PageWriter page(settings, asked);
  const std::string prefix = asked.parameter("prefix");
  const bool by_folder = asked.parameter("delimiter") == "/";
  std::string last = asked.parameter("continuation-token");
  last = last.empty() ? asked.parameter("start-after") : last.substr(1);
  bool truncated = false;
  auto at = bucket.keys.lower_bound(std::max(prefix, last));
  for (; at != bucket.keys.end() && at->first.starts_with(prefix); ++at) {
    const std::string& key = at->first;
    if (key <= last || bucket.find(key) == nullptr) continue;
    const std::size_t slash =
        by_folder ? key.find('/', prefix.size()) : std::string::npos;
    const std::string folder =
        slash == std::string::npos ? "" : key.substr(0, slash + 1);
    if (!folder.empty() && folder == last) continue;
    if (page.full()) {
      truncated = true;
      break;
    }
    last = folder.empty() ? key : folder;
    if (folder.empty())
      page.add("<Contents>" + page.name("Key", key) +
               object_elements(*bucket.find(key)) + "</Contents>");
    else
      page.add("<CommonPrefixes>" + page.name("Prefix", folder) +
               "</CommonPrefixes>");
  }
  page.end(element("IsTruncated", truncated ? "true" : "false"));
  if (truncated) page.end(element("NextContinuationToken", "t" + last));
  return xml_answer("ListBucketResult", page.inside());
}

std::string version_elements(const PageWriter& page, const std::string& key,
                             const KeptVersion& version, bool latest) {
  const std::string inside = page.name("Key", key) +
                             element("VersionId", version.id) +
                             element("IsLatest", latest ? "true" : "false");
  if (version.is_delete_marker)
    return "<DeleteMarker>" + inside +
           element("LastModified", iso_time(version.modified_ns)) +
           "</DeleteMarker>";
  return "<Version>" + inside + object_elements(version) + "</Version>";
}

ServedAnswer list_all_versions(const S3Bucket& bucket,
                               const S3ServerSettings& settings,
                               const AskedOfBucket& asked) {
  PageWriter page(settings, asked);
  const std::string prefix = asked.parameter("prefix");
  const std::string from_key = asked.parameter("key-marker");
  const std::string from_id = asked.parameter("version-id-marker");
  std::string last_key;
  std::string last_id;
  for (const auto& [key, versions] : bucket.keys) {
    if (!key.starts_with(prefix) || key < from_key) continue;
    bool passed = key != from_key;
    for (auto version = versions.rbegin(); version != versions.rend();
         ++version) {
      if (!passed) {
        passed = version->id == from_id;
        continue;
      }
      if (page.full()) {
        page.end(element("IsTruncated", "true") +
                 page.name("NextKeyMarker", last_key) +
                 element("NextVersionIdMarker", last_id));
        return xml_answer("ListVersionsResult", page.inside());
      }
      page.add(
          version_elements(page, key, *version, version == versions.rbegin()));
      last_key = key;
      last_id = version->id;
    }
  }
  page.end(element("IsTruncated", "false"));
  return xml_answer("ListVersionsResult", page.inside());
}

ServedAnswer list_pending(const S3Bucket& bucket,
                          const S3ServerSettings& settings,
                          const AskedOfBucket& asked) {
  PageWriter page(settings, asked);
  std::map<std::pair<std::string, std::string>, const KeptUpload*> sorted;
  for (const auto& [id, upload] : bucket.uploads)
    sorted[{upload.key, id}] = &upload;
  auto at = sorted.upper_bound(
      {asked.parameter("key-marker"), asked.parameter("upload-id-marker")});
  std::pair<std::string, std::string> last;
  for (; at != sorted.end() && !page.full(); ++at) {
    last = at->first;
    page.add("<Upload>" + page.name("Key", last.first) +
             element("UploadId", last.second) +
             element("Initiated", iso_time(at->second->initiated_ns)) +
             "</Upload>");
  }
  page.end(element("IsTruncated", at == sorted.end() ? "false" : "true"));
  if (at != sorted.end())
    page.end(page.name("NextKeyMarker", last.first) +
             element("NextUploadIdMarker", last.second));
  return xml_answer("ListMultipartUploadsResult", page.inside());
}

ServedAnswer list_parts(const S3Bucket& bucket,
                        const S3ServerSettings& settings,
                        const AskedOfBucket& asked) {
  const auto upload = bucket.uploads.find(asked.parameter("uploadId"));
  if (upload == bucket.uploads.end()) return error_answer(404, "NoSuchUpload");
  PageWriter page(settings, asked);
  const std::string marker = asked.parameter("part-number-marker");
  unsigned last =
      marker.empty() ? 0 : static_cast<unsigned>(std::stoul(marker));
  auto at = upload->second.parts.upper_bound(last);
  for (; at != upload->second.parts.end() && !page.full(); ++at) {
    last = at->first;
    page.add("<Part>" + element("PartNumber", std::to_string(last)) +
             element("Size", std::to_string(at->second.size())) + "</Part>");
  }
  const bool whole = at == upload->second.parts.end();
  page.end(element("IsTruncated", whole ? "false" : "true") +
           element("NextPartNumberMarker", std::to_string(last)));
  return xml_answer("ListPartsResult", page.inside());
}

ServedAnswer give_object(const S3Bucket& bucket, const AskedOfBucket& asked) {
  const KeptVersion* version = bucket.find(asked.key);
  if (version == nullptr) return error_answer(404, "NoSuchKey");
  const std::string etag = "\"" + version->etag + "\"";
  const std::string demanded = asked.http.header("if-match");
  if (!demanded.empty() && demanded != etag)
    return error_answer(412, "PreconditionFailed");
  ServedAnswer answer;
  answer.headers = {{"ETag", etag}};
  for (const auto& header : version->metadata) answer.headers.push_back(header);
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

ServedAnswer put_object(S3Bucket& bucket, const AskedOfBucket& asked) {
  const std::string md5 = asked.http.header("content-md5");
  if (!md5.empty() && md5 != md5_base64(asked.http.body))
    return error_answer(400, "BadDigest");
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
  const std::string etag = element("ETag", "\"" + md5_hex(bytes) + "\"");
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
  return xml_answer("InitiateMultipartUploadResult", element("UploadId", id));
}

ServedAnswer complete_upload(S3Bucket& bucket, const AskedOfBucket& asked) {
  const auto upload = bucket.uploads.find(asked.parameter("uploadId"));
  if (upload == bucket.uploads.end()) return error_answer(404, "NoSuchUpload");
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
                    element("ETag", "\"" + etag + "\""));
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
  const std::string id = version.empty() ? "" : element("VersionId", version);
  if (const Fault* fault = fault_of_key(faults, Fault::Kind::key_error, key))
    return "<Error>" + element("Key", key) + id + element("Code", fault->code) +
           element("Message", "not this one") + "</Error>";
  if (fault_of_key(faults, Fault::Kind::forget_key, key) != nullptr) return {};
  const std::string marker = bucket.remove(key, version);
  return "<Deleted>" + element("Key", key) + id +
         (marker.empty() ? ""
                         : element("DeleteMarker", "true") +
                               element("DeleteMarkerVersionId", marker)) +
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
                            : element("Status", bucket.versioning));
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
  ServedAnswer answer = xml_answer(
      "Error", element("Code", code) + element("Message", "said so") + more);
  answer.status = status;
  return answer;
}

}  // namespace dregs
