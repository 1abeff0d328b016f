#include "cli/output/applied_plan.h"

#include <fmt/format.h>

#include "cli/terminal/terminal.h"
#include "scanner/formats/text.h"

namespace dregs {

Json to_json(const std::optional<AppliedPlan>& applied, bool list) {
  if (!applied) return nullptr;
  using Why = PlanDifference::Why;
  Json json;
  json["made"] = rfc3339(applied->made_ns);
  json["planned"] = applied->planned;
  json["agreed"] = applied->agreed;
  json["gone"] = applied->count(Why::gone);
  json["kept"] = applied->count(Why::kept);
  json["held_back"] = applied->count(Why::held_back);
  json["not_in_plan"] = applied->count(Why::came_later);
  if (!list) return json;
  json["differences"] = Json::array();
  for (const PlanDifference& each : applied->differences)
    json["differences"].push_back({{"kind", each.removal.kind},
                                   {"path", each.removal.path},
                                   {"why", to_string(each.why)}});
  return json;
}

void print_applied(const AppliedPlan& applied, std::string_view what) {
  fmt::print("The plan of {}: {}, of which {} agreed with {}.\n",
             rfc3339(applied.made_ns),
             counted(applied.planned, "removal", "removals"),
             grouped(applied.agreed), what);
  using Why = PlanDifference::Why;
  for (const Why why : {Why::gone, Why::kept, Why::held_back, Why::came_later})
    if (const std::uint64_t count = applied.count(why))
      fmt::print("  {:>10}  {}\n", grouped(count), to_string(why));
}

void print_differences(const AppliedPlan& applied) {
  for (const PlanDifference& each : applied.differences)
    fmt::print("  {:<12} {}  {}\n", printable(each.removal.kind),
               printable(each.removal.path), to_string(each.why));
  if (!applied.differences.empty()) fmt::print("\n");
}

}  // namespace dregs
