#include "s3_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace dregs {
namespace {

void append_text(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t plain =
        std::min(text.find_first_of("&<>\""), text.size());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    out += text[0] == '&'   ? "&amp;"
           : text[0] == '<' ? "&lt;"
           : text[0] == '>' ? "&gt;"
                            : "&quot;";
    text.remove_prefix(1);
  }
}

// A page has thousands of them, and benchmarks wait for it.
void append_element(std::string& out, std::string_view name,
                    std::string_view text) {
  out.append("<").append(name).append(">");
  append_text(out, text);
  out.append("</").append(name).append(">");
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

// One answer to one listing.
class PageWriter {
 public:
  PageWriter(const S3ServerSettings& settings, const AskedOfBucket& asked)
      : encoded_(settings.encodes_names &&
                 asked.parameter("encoding-type") == "url"),
        left_(settings.page_size) {
    const std::string most = asked.parameter("max-keys");
    if (!most.empty()) left_ = std::min<std::size_t>(left_, std::stoul(most));
    if (encoded_) inside_ = xml_element("EncodingType", "url");
  }

  std::string name(const char* element_name, const std::string& text) const {
    return xml_element(element_name, encoded_ ? escaped_path(text) : text);
  }
  bool full() const { return left_ == 0; }
  void add(const std::string& text) {
    inside_ += text;
    --left_;
  }
  void end(const std::string& text) { inside_ += text; }
  const std::string& inside() const { return inside_; }

 private:
  bool encoded_;
  std::size_t left_;
  std::string inside_;
};

std::string object_elements(const KeptVersion& version) {
  std::string out;
  append_element(out, "LastModified", iso_time(version.modified_ns));
  append_element(out, "ETag", "\"" + version.etag + "\"");
  append_element(
      out, "Size",
      std::to_string(version.claimed_size.value_or(version.bytes.size())));
  append_element(out, "StorageClass", version.storage_class);
  return out;
}

std::string version_elements(const PageWriter& page, const std::string& key,
                             const KeptVersion& version, bool latest) {
  const std::string inside = page.name("Key", key) +
                             xml_element("VersionId", version.id) +
                             xml_element("IsLatest", latest ? "true" : "false");
  if (version.is_delete_marker)
    return "<DeleteMarker>" + inside +
           xml_element("LastModified", iso_time(version.modified_ns)) +
           "</DeleteMarker>";
  return "<Version>" + inside + object_elements(version) + "</Version>";
}

}  // namespace

std::string xml_element(const char* name, const std::string& text) {
  std::string out;
  append_element(out, name, text);
  return out;
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
    const auto& [key, versions] = *at;
    if (key <= last || versions.back().is_delete_marker) continue;
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
               object_elements(versions.back()) + "</Contents>");
    else
      page.add("<CommonPrefixes>" + page.name("Prefix", folder) +
               "</CommonPrefixes>");
  }
  page.end(xml_element("IsTruncated", truncated ? "true" : "false"));
  if (truncated) page.end(xml_element("NextContinuationToken", "t" + last));
  return xml_answer("ListBucketResult", page.inside());
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
        page.end(xml_element("IsTruncated", "true") +
                 page.name("NextKeyMarker", last_key) +
                 xml_element("NextVersionIdMarker", last_id));
        return xml_answer("ListVersionsResult", page.inside());
      }
      page.add(
          version_elements(page, key, *version, version == versions.rbegin()));
      last_key = key;
      last_id = version->id;
    }
  }
  page.end(xml_element("IsTruncated", "false"));
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
             xml_element("UploadId", last.second) +
             xml_element("Initiated", iso_time(at->second->initiated_ns)) +
             "</Upload>");
  }
  page.end(xml_element("IsTruncated", at == sorted.end() ? "false" : "true"));
  if (at != sorted.end())
    page.end(page.name("NextKeyMarker", last.first) +
             xml_element("NextUploadIdMarker", last.second));
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
    page.add("<Part>" + xml_element("PartNumber", std::to_string(last)) +
             xml_element("Size", std::to_string(at->second.size())) +
             "</Part>");
  }
  const bool whole = at == upload->second.parts.end();
  page.end(xml_element("IsTruncated", whole ? "false" : "true") +
           xml_element("NextPartNumberMarker", std::to_string(last)));
  return xml_answer("ListPartsResult", page.inside());
}

}  // namespace dregs
