#include "gc/runs/collection_plan.h"

#include "gc/decide/agreed_plan.h"
#include "gc/decide/plan_without.h"
#include "gc/decide/refusal.h"
#include "gc/guard/future_links.h"

namespace dregs {
namespace {

void keep_to_saved_plan(const SavedPlan& saved, const OpenedStore& store,
                        const Survey& survey, const Policy& policy,
                        CollectionPlan& to) {
  AgreedPlan agreed =
      agree(survey, to.plan, policy, [&](const Removal& removal) {
        return is_in(saved, removal, survey.inventory);
      });
  to.applied =
      compare(saved, to.plan, agreed.plan, survey.inventory, store.reader());
  to.held_back = std::move(agreed.held_back);
  to.plan = std::move(agreed.plan);
}

// The dry run must not name what the run would leave.
void keep_future_links(const OpenedStore& store, const Survey& survey,
                       const Policy& policy, CollectionPlan& to) {
  const FutureLinks future = store.storage->find_future_links(
      survey.inventory, to.plan, policy.now_ns);
  if (future.found.empty()) return;
  for (const auto& [repository, found] : future.found)
    to.held_back.insert(repository);
  to.plan = intersection(to.plan, plan_without(survey, to.held_back, policy));
  to.findings = findings_of(future, survey.inventory);
}

}  // namespace

CollectionPlan plan_collection(const OpenedStore& store, const Survey& survey,
                               const MarkSet& marks, const Policy& policy,
                               const SavedPlan* saved) {
  CollectionPlan made;
  made.plan = make_plan(survey.inventory, marks, policy);
  if (saved != nullptr) keep_to_saved_plan(*saved, store, survey, policy, made);
  keep_future_links(store, survey, policy, made);
  return made;
}

std::optional<KindTotals> totals_with_delete_untagged(const Survey& survey,
                                                      Policy policy) {
  if (policy.delete_untagged) return std::nullopt;
  policy.delete_untagged = true;
  const MarkSet marks =
      mark(survey.inventory, survey.graph, survey.diagnosis.pins, policy);
  const KindTotals totals = planned_totals(survey.inventory, marks, policy);
  if (!reasons_to_refuse(survey.inventory, marks, totals, policy,
                         survey.surroundings)
           .empty())
    return std::nullopt;
  return totals;
}

}  // namespace dregs
