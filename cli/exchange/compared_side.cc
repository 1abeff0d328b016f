#include "cli/exchange/compared_side.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "cli/output/run_context.h"
#include "gc/context/stopped_early.h"
#include "gc/runs/shown_survey.h"
#include "gc/saved/user_file.h"
#include "scanner/formats/append.h"
#include "scanner/formats/text.h"
#include "scanner/s3/bucket_location.h"

namespace dregs {
namespace {

bool is_file(const std::string& given) {
  std::error_code failed;
  const auto status = std::filesystem::status(given, failed);
  return std::filesystem::exists(status) &&
         !std::filesystem::is_directory(status);
}

bool is_json(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] == '{';
}

bool is_configuration(const std::string& given) {
  return given.ends_with(".yml") || given.ends_with(".yaml");
}

RootRequest request_for(const std::string& given, const GlobalOptions& global) {
  if (!global.bucket.cache_file.empty())
    throw std::runtime_error(
        "--cache is for one registry, and diff looks at two; run it without");
  RootRequest request = root_request(global);
  std::erase_if(request.environment, [](const std::string& variable) {
    return variable.starts_with("REGISTRY_");
  });
  if (is_file(given))
    request.config = given;
  else
    request.root = given;
  return request;
}

// No flag named it.
std::string source_of(const std::string& source) {
  for (const std::string_view flag : {"--root", "--config"})
    if (source.starts_with(flag))
      return "as given" + source.substr(flag.size());
  return source;
}

// A tag of which nobody can tell what it names is not the same as another.
bool hides_something(const Finding& finding) {
  return finding.kind == FindingKind::unreadable_folder ||
         finding.kind == FindingKind::unreadable_file ||
         finding.kind == FindingKind::bad_tag_link;
}

std::vector<Finding> unreadable_in(const Survey& survey) {
  std::vector<Finding> found = survey.inventory.obstacles;
  append(found, survey.graph.obstacles());
  std::copy_if(survey.diagnosis.findings.begin(),
               survey.diagnosis.findings.end(), std::back_inserter(found),
               hides_something);
  sort_findings(found);
  return found;
}

ComparedSide look_at_store(const std::string& given,
                           const std::vector<ImageRef>& refs,
                           const GlobalOptions& global) {
  const RunContext context = run_context(global);
  ComparedSide side;
  side.given = given;
  side.store = open_store(request_for(given, global));
  side.store.root.source = source_of(side.store.root.source);
  side.kind = side.store.in_bucket() ? "bucket" : "folder";
  const Survey survey =
      survey_with_progress(side.store, context.show, context.stop);
  if (context.stop.requested()) stop_early(context.stop, "");
  side.content = content_of(survey.inventory, refs);
  side.unreadable = unreadable_in(survey);
  return side;
}

}  // namespace

ComparedSide look_at(const std::string& given,
                     const std::vector<ImageRef>& refs,
                     const GlobalOptions& global) {
  if (is_bucket_root(given) || !is_file(given) || is_configuration(given))
    return look_at_store(given, refs, global);
  ComparedSide side;
  side.given = given;
  side.kind = "listing";
  side.store.root.source = "a saved listing";
  const std::string text = read_file(given);
  if (!is_json(text))
    throw std::runtime_error(fmt::format(
        "{}: is neither a folder nor a listing that dregs ls --json printed; "
        "a registry's configuration ends in .yml",
        escaped(given)));
  side.content = content_of_listing(text, given, refs);
  return side;
}

}  // namespace dregs
