#include "cli/reports/policy_check.h"

#include <fmt/format.h>

#include "cli/output/delivery.h"
#include "cli/output/json_document.h"
#include "cli/output/print_findings.h"
#include "scanner/formats/escaped.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

Json number_or_null(std::size_t number) {
  return number == 0 ? Json(nullptr) : Json(number);
}

std::string to_json(const PolicyCheck& check, ExitCode code) {
  Json document = json_document("dregs.retain-check/1", ResolvedRoot());
  document["file"] = utf8(check.file);
  document["rules"] = check.rules;
  document["untagged_rules"] = check.untagged_rules;
  document["errors"] = Json::array();
  if (!check.error.text.empty())
    document["errors"].push_back(
        {{"file", utf8(check.file)},
         {"line", number_or_null(check.error.place.line)},
         {"column", number_or_null(check.error.place.column)},
         {"error", utf8(check.error.why)}});
  return finish_json(std::move(document), {}, OpenedStore(), code,
                     check.seconds);
}

void print_policy(const PolicyCheck& check) {
  fmt::print("{}: {} and {}; no error\n", escaped(check.file),
             counted(check.rules, "rule", "rules"),
             counted(check.untagged_rules, "untagged rule", "untagged rules"));
}

}  // namespace

ExitCode deliver(const PolicyCheck& check, const GlobalOptions& options) {
  const bool wrong = !check.error.text.empty();
  const ExitCode code = wrong ? ExitCode::could_not_run : ExitCode::done;
  if (wrong) print_error(check.error.text);
  return write_out(code, ExitCode::could_not_run, [&] {
    if (options.json)
      fmt::print("{}", to_json(check, code));
    else if (!wrong && !options.quiet)
      print_policy(check);
  });
}

}  // namespace dregs
