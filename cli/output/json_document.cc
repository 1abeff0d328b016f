#include "cli/output/json_document.h"

#include <cmath>

#include "gc/context/exit_code.h"
#include "gc/decide/refusal.h"
#include "scanner/formats/text.h"
#include "scanner/inventory/finding.h"

namespace dregs {
namespace {

// What a terminal obeys or does not show must not get there raw in a name; JSON
// has a way to spell every character.
std::string in_ascii(const Json& document) {
  return document.dump(2, ' ', /*ensure_ascii=*/true) + "\n";
}

Json to_json(const Purged& purged) {
  return {{"versions", purged.versions},
          {"bytes", purged.bytes},
          {"held", purged.held},
          {"held_bytes", purged.held_bytes}};
}

}  // namespace

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(utf8(text));
}

Json time_or_null(const std::optional<std::int64_t>& ns) {
  return ns ? Json(rfc3339(*ns)) : Json(nullptr);
}

Json texts(const std::vector<std::string>& words) {
  Json list = Json::array();
  for (const std::string& word : words) list.push_back(utf8(word));
  return list;
}

Json json_document(const std::string& schema, const ResolvedRoot& root) {
  Json document;
  document["schema"] = schema;
  document["version"] = DREGS_VERSION;
  document["root"] = text_or_null(root.rootdirectory);
  document["root_source"] = text_or_null(root.source);
  return document;
}

Json json_document(const std::string& schema, const OpenedStore& store) {
  return json_document(schema, store.root);
}

Json to_json(const std::vector<Finding>& findings, const OpenedStore& store) {
  Json list = Json::array();
  for (const Finding& finding : findings) {
    Json each;
    each["severity"] = to_string(finding.severity());
    each["kind"] = to_string(finding.kind);
    each["path"] = finding.path.empty() ? Json(nullptr)
                                        : Json(utf8(store.shown(finding.path)));
    each["repository"] = text_or_null(finding.repository);
    each["digest"] = text_or_null(finding.digest);
    each["needed_by"] = Json::array();
    for (const std::string& who : finding.needed_by)
      each["needed_by"].push_back(utf8(who));
    each["detail"] = text_or_null(finding.detail);
    each["count"] = finding.count;
    each["pins"] = finding.pins;
    list.push_back(std::move(each));
  }
  return list;
}

std::string finish_json(Json document, Json findings, ExitCode exit_code,
                        double seconds) {
  document["findings"] = std::move(findings);
  document["exit_code"] = static_cast<int>(exit_code);
  document["seconds"] = std::round(seconds * 1000) / 1000;
  return in_ascii(document);
}

Json to_json(const RequestsMade& made) {
  return {{"list", made.list},     {"get", made.get},
          {"head", made.head},     {"put", made.put},
          {"delete", made.remove}, {"retries", made.retries},
          {"usd", made.usd},       {"prices", utf8(made.prices)}};
}

Json refusals_json(const std::vector<Refusal>& refusals) {
  Json list = Json::array();
  for (const Refusal& refusal : refusals)
    list.push_back(
        {{"reason", utf8(refusal.reason)}, {"way_out", utf8(refusal.way_out)}});
  return list;
}

std::string finish_json(Json document, const std::vector<Finding>& findings,
                        const OpenedStore& store, ExitCode exit_code,
                        double seconds) {
  if (store.storage) {
    if (const auto purged = store.storage->purged())
      document["purged"] = to_json(*purged);
    if (const auto made = store.storage->requests())
      document["requests"] = to_json(*made);
  }
  return finish_json(std::move(document), to_json(findings, store), exit_code,
                     seconds);
}

std::string error_document(const ResolvedRoot& root, const std::string& command,
                           const std::string& message, ExitCode exit_code,
                           double seconds) {
  Json document = json_document("dregs.error/1", root);
  document["command"] = text_or_null(command);
  document["error"] = utf8(message);
  return finish_json(std::move(document), Json::array(), exit_code, seconds);
}

std::string text_document(const std::string& text) {
  Json document = json_document("dregs.text/1", ResolvedRoot());
  document["text"] = text;
  return finish_json(std::move(document), Json::array(), ExitCode::done, 0);
}

}  // namespace dregs
