// `dregs inspect --json`: schema dregs.inspect/1 (promises.md#json).
#include "cli/output/json_document.h"
#include "cli/reports/inspect_report.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

Json part_json(const InspectedPart& part) {
  Json json;
  json["digest"] = text_or_null(part.named.digest);
  json["media_type"] = text_or_null(part.named.media_type);
  json["platform"] = text_or_null(part.named.platform);
  json["size"] = part.named.size ? Json(*part.named.size) : Json(nullptr);
  json["present"] = is_there(part.state);
  json["state"] = to_string(part.state);
  return json;
}

Json optional_part(const std::optional<InspectedPart>& part) {
  return part ? part_json(*part) : Json(nullptr);
}

Json parts_json(const std::vector<InspectedPart>& parts) {
  Json list = Json::array();
  for (const InspectedPart& part : parts) list.push_back(part_json(part));
  return list;
}

Json referrers_json(const std::vector<Referrer>& referrers) {
  Json list = Json::array();
  for (const Referrer& referrer : referrers)
    list.push_back({{"digest", referrer.digest.to_string()},
                    {"artifact_type", text_or_null(referrer.artifact_type)},
                    {"tag", text_or_null(referrer.tag)}});
  return list;
}

// As JSON where it is that; the bytes themselves are in the blob. Writing JSON
// recurses, so what nobody nests on purpose is left out.
Json manifest_json(const Inspection& inspection) {
  constexpr int kDeepest = 100;
  Json manifest = Json::parse(
      inspection.content.bytes,
      [](int depth, Json::parse_event_t, Json&) { return depth < kDeepest; },
      /*allow_exceptions=*/false);
  return manifest.is_discarded() ? Json(nullptr) : manifest;
}

}  // namespace

std::string to_json(const Inspection& inspection, const std::string& tag,
                    const OpenedStore& store, ExitCode exit_code,
                    double seconds) {
  const ImageSummary& summary = inspection.summary;
  Json document = json_document("dregs.inspect/1", store);
  document["repository"] = utf8(inspection.repository);
  document["tag"] = text_or_null(tag);
  document["digest"] = inspection.digest.to_string();
  document["media_type"] = text_or_null(summary.media_type);
  document["artifact_type"] = text_or_null(summary.artifact_type);
  document["manifest_size"] = inspection.content.size;
  document["size"] = summary.size ? Json(*summary.size) : Json(nullptr);
  document["platforms"] = texts(summary.platforms);
  document["created"] = text_or_null(summary.created);
  document["pushed"] = inspection.pushed_ns
                           ? Json(rfc3339(*inspection.pushed_ns))
                           : Json(nullptr);
  document["tags"] = texts(inspection.tags);
  document["config"] = optional_part(inspection.config);
  document["layers"] = parts_json(inspection.layers);
  document["children"] = parts_json(inspection.children);
  document["subject"] = optional_part(inspection.subject);
  document["referrers"] = referrers_json(inspection.referrers);
  document["manifest"] = manifest_json(inspection);
  return finish_json(std::move(document), inspection.findings, store, exit_code,
                     seconds);
}

}  // namespace dregs
