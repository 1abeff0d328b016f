#include "scanner/requests/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "scanner/formats/escaped.h"
#include "scanner/http/xml_answer.h"

namespace dregs {
namespace {

std::string without_quotes(std::string etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"')
    return etag.substr(1, etag.size() - 2);
  return etag;
}

// What goes back to the server as a header must not begin another one.
std::string fit_for_header(std::string text) {
  if (std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
      }))
    refuse_xml("an ETag or a class holds a control byte");
  return text;
}

std::string quoted_name(std::string_view name) {
  return fmt::format("\"{}\"", escaped(name.substr(0, 1024)));
}

// Names in a listing are URL-encoded where it says so: servers are free to.
class NameReader {
 public:
  explicit NameReader(const pugi::xml_node& root) {
    const std::optional<std::string> encoding =
        child_text(root, "EncodingType");
    if (encoding && *encoding != "url")
      refuse_xml("its EncodingType is " + quoted_name(*encoding));
    encoded_ = encoding.has_value();
  }

  std::string read(const pugi::xml_node& parent, const char* name) const {
    return decoded(demand_text(parent, name));
  }
  std::optional<std::string> read_optional(const pugi::xml_node& parent,
                                           const char* name) const {
    const std::optional<std::string> text = child_text(parent, name);
    if (!text) return std::nullopt;
    return decoded(*text);
  }

 private:
  std::string decoded(const std::string& text) const {
    return encoded_ ? url_decoded(text) : text;
  }
  bool encoded_ = false;
};

void check_prefix(const std::string& name, const std::string& prefix) {
  if (!name.starts_with(prefix))
    refuse_xml(fmt::format("{} does not begin with {}, which was asked for",
                           quoted_name(name), quoted_name(prefix)));
}

void check_behind(const std::string& name, const std::string& before) {
  if (name <= before)
    refuse_xml(fmt::format("{} does not sort behind {}", quoted_name(name),
                           quoted_name(before)));
}

StoredObject read_object(const pugi::xml_node& node, const NameReader& names) {
  StoredObject object;
  object.key = names.read(node, "Key");
  if (object.key.empty()) refuse_xml("a key is empty");
  object.etag = without_quotes(fit_for_header(demand_text(node, "ETag")));
  object.size = demand_size(node, "Size");
  object.modified_ns = demand_time(node, "LastModified");
  object.storage_class =
      fit_for_header(child_text(node, "StorageClass").value_or(""));
  return object;
}

std::string read_folder(const pugi::xml_node& node, const NameReader& names,
                        const std::string& prefix) {
  std::string folder = names.read(node, "Prefix");
  check_prefix(folder, prefix);
  if (folder.size() == prefix.size() || folder.back() != '/')
    refuse_xml("the folder " + quoted_name(folder) + " is none");
  return folder;
}

std::string next_token(const pugi::xml_node& root, const std::string& token) {
  if (!demand_bool(root, "IsTruncated")) return {};
  std::string next = demand_text(root, "NextContinuationToken");
  if (next.empty()) refuse_xml("its token for the next page is empty");
  if (next == token)
    refuse_xml("its token for the next page is that of this page");
  return next;
}

ObjectVersion read_version(const pugi::xml_node& node, const NameReader& names,
                           bool is_marker) {
  ObjectVersion version;
  if (is_marker) {
    version.object.key = names.read(node, "Key");
    version.object.modified_ns = demand_time(node, "LastModified");
    if (version.object.key.empty()) refuse_xml("a key is empty");
  } else {
    version.object = read_object(node, names);
  }
  version.version_id = demand_text(node, "VersionId");
  version.is_latest = demand_bool(node, "IsLatest");
  version.is_delete_marker = is_marker;
  return version;
}

// radosgw says EncodingType=url and leaves the marker of the next page as it
// is, others encode it. A marker that reads as two different keys would lead
// past some, so it is taken only where one of them is the page's last.
std::string read_key_marker(const pugi::xml_node& root, const NameReader& names,
                            const std::string& last) {
  std::string plain = demand_text(root, "NextKeyMarker");
  if (plain == last) return plain;
  std::string decoded = names.read(root, "NextKeyMarker");
  if (decoded != plain && decoded != last)
    refuse_xml("NextKeyMarker " + quoted_name(plain) +
               " can be read in two ways");
  return decoded;
}

// A page that leads back to where it began would be read for ever.
void check_progress(const std::string& key, const std::string& id,
                    const std::string& from_key, const std::string& from_id) {
  if (key < from_key || (key == from_key && id == from_id))
    refuse_xml("its next page is none that comes after it");
}

}  // namespace

ListPage read_list_page(std::string_view xml, const ListRequest& request) {
  const XmlAnswer answer(xml, "ListBucketResult");
  const NameReader names(answer.root());
  ListPage page;
  std::string last = request.start_after;
  for (const auto& node : answer.root().children("Contents")) {
    StoredObject object = read_object(node, names);
    check_prefix(object.key, request.prefix);
    check_behind(object.key, last);
    last = object.key;
    page.objects.push_back(std::move(object));
  }
  last.clear();
  for (const auto& node : answer.root().children("CommonPrefixes")) {
    if (!request.by_folder)
      refuse_xml("it has folders, which nobody asked for");
    std::string folder = read_folder(node, names, request.prefix);
    check_behind(folder, last);
    last = folder;
    page.folders.push_back(std::move(folder));
  }
  page.next_token = next_token(answer.root(), request.token);
  return page;
}

VersionPage read_version_page(std::string_view xml, const std::string& prefix,
                              const std::optional<VersionPosition>& from) {
  const XmlAnswer answer(xml, "ListVersionsResult");
  const NameReader names(answer.root());
  VersionPage page;
  std::string last = from ? from->key : "";
  for (const pugi::xml_node& node : answer.root().children()) {
    const std::string_view name = node.name();
    if (name != "Version" && name != "DeleteMarker") continue;
    ObjectVersion version = read_version(node, names, name == "DeleteMarker");
    check_prefix(version.object.key, prefix);
    if (version.object.key != last) check_behind(version.object.key, last);
    last = version.object.key;
    page.versions.push_back(std::move(version));
  }
  if (!demand_bool(answer.root(), "IsTruncated")) return page;
  page.next = {read_key_marker(answer.root(), names, last),
               child_text(answer.root(), "NextVersionIdMarker").value_or("")};
  check_progress(page.next->key, page.next->version_id, from ? from->key : "",
                 from ? from->version_id : "");
  return page;
}

UploadPage read_upload_page(std::string_view xml,
                            const std::optional<UploadPosition>& from) {
  const XmlAnswer answer(xml, "ListMultipartUploadsResult");
  const NameReader names(answer.root());
  UploadPage page;
  for (const auto& node : answer.root().children("Upload")) {
    PendingUpload upload{names.read(node, "Key"), demand_text(node, "UploadId"),
                         demand_time(node, "Initiated")};
    if (upload.key.empty() || upload.upload_id.empty())
      refuse_xml("an upload has no name");
    page.uploads.push_back(std::move(upload));
  }
  if (!demand_bool(answer.root(), "IsTruncated")) return page;
  page.next = {
      read_key_marker(answer.root(), names,
                      page.uploads.empty() ? "" : page.uploads.back().key),
      child_text(answer.root(), "NextUploadIdMarker").value_or("")};
  check_progress(page.next->key, page.next->upload_id, from ? from->key : "",
                 from ? from->upload_id : "");
  return page;
}

PartsPage read_parts_page(std::string_view xml, std::uint64_t from) {
  const XmlAnswer answer(xml, "ListPartsResult");
  PartsPage page;
  for (const auto& node : answer.root().children("Part")) {
    const std::uint64_t size = demand_size(node, "Size");
    if (__builtin_add_overflow(page.bytes, size, &page.bytes))
      refuse_xml("its parts are larger than any object");
  }
  if (!demand_bool(answer.root(), "IsTruncated")) return page;
  page.next = demand_size(answer.root(), "NextPartNumberMarker");
  if (*page.next <= from)
    refuse_xml("its next page is none that comes after it");
  return page;
}

Versioning read_versioning(std::string_view xml) {
  const XmlAnswer answer(xml, "VersioningConfiguration");
  const std::string status = child_text(answer.root(), "Status").value_or("");
  if (status.empty()) return Versioning::never;
  if (status == "Enabled") return Versioning::enabled;
  if (status == "Suspended") return Versioning::suspended;
  refuse_xml("its Status is " + quoted_name(status));
}

DeleteAnswer read_delete_answer(std::string_view xml) {
  const XmlAnswer answer(xml, "DeleteResult");
  DeleteAnswer result;
  for (const auto& node : answer.root().children("Deleted"))
    result.removed.push_back(
        {demand_text(node, "Key"), child_text(node, "VersionId").value_or("")});
  for (const auto& node : answer.root().children("Error"))
    result.failed.push_back({{child_text(node, "Key").value_or(""),
                              child_text(node, "VersionId").value_or("")},
                             demand_text(node, "Code"),
                             child_text(node, "Message").value_or("")});
  return result;
}

std::string read_upload_id(std::string_view xml) {
  const XmlAnswer answer(xml, "InitiateMultipartUploadResult");
  std::string id = demand_text(answer.root(), "UploadId");
  if (id.empty()) refuse_xml("its UploadId is empty");
  return id;
}

std::string read_etag(std::string_view xml, std::string_view root) {
  const XmlAnswer answer(xml, root);
  return without_quotes(demand_text(answer.root(), "ETag"));
}

std::optional<ErrorAnswer> read_error(std::string_view xml) try {
  const XmlAnswer answer(xml, "Error");
  return ErrorAnswer{demand_text(answer.root(), "Code"),
                     child_text(answer.root(), "Message").value_or(""),
                     child_text(answer.root(), "Region").value_or(""),
                     child_text(answer.root(), "Endpoint").value_or("")};
} catch (const StorageError&) {
  return std::nullopt;
}

}  // namespace dregs
