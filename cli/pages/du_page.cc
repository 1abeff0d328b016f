// The JSON in the page is made of arrays, a fifth as long as with keys: there
// may be millions of tags.
#include "cli/pages/du_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/output/json_document.h"
#include "cli/pages/page_text.h"
#include "gc/mark/policy.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

void add_sizes(const Usage& usage, std::string& json) {
  fmt::format_to(std::back_inserter(json), ",{},{},{}", usage.total.bytes,
                 usage.shared.bytes, usage.own.bytes);
}

void add_tag(const TagUsage& tag, std::string& json) {
  json += "[" + json_text(tag.tag) + ",";
  json += tag.digest ? "\"" + tag.digest->hex() + "\"" : "null";
  add_sizes(tag.usage, json);
  json += tag.pushed_ns ? fmt::format(",{}]", *tag.pushed_ns / kSecond_ns)
                        : ",null]";
}

std::string repositories_json(const DuReport& report) {
  std::map<std::string_view, std::vector<const TagUsage*>> tags;
  for (const TagUsage& tag : report.tags) tags[tag.repository].push_back(&tag);
  std::string json = "[";
  for (const RepositoryUsage& each : report.repositories) {
    if (json.size() > 1) json += ",\n";
    json += "[" + json_text(each.name);
    add_sizes(each.usage, json);
    json += ",[";
    for (const TagUsage* tag : tags[each.name]) {
      if (json.back() != '[') json += ",";
      add_tag(*tag, json);
    }
    json += "]]";
  }
  return json + "]";
}

}  // namespace

std::string du_page(const DuReport& report, const OpenedStore& store,
                    std::int64_t made_ns) {
  Json document;
  document["root"] = utf8(store.root.rootdirectory);
  document["version"] = DREGS_VERSION;
  document["made"] = rfc3339(made_ns);
  document["totals"] = totals_json(report);
  document["findings"] = to_json(report.findings, store);
  std::string json = document.dump();
  json.pop_back();
  json += ",\n\"repositories\":" + repositories_json(report) + "}";
  return page_with(kDuPage, json);
}

}  // namespace dregs
