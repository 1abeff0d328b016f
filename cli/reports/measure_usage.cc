#include "cli/reports/measure_usage.h"

#include <algorithm>
#include <tuple>

#include "gc/decide/plan.h"

namespace dregs {
namespace {

// Blobs have their blocks; of uploads only the size is known.
Amount freed_by(const Plan& plan, const Survey& survey, const Policy& policy) {
  Amount freed;
  for (const Removal& removal : plan.removals)
    if (removal.kind == RemovalKind::blob) {
      if (const auto id = survey.inventory.blobs.find(removal.digest))
        freed += freed_by(survey.inventory.blobs[*id], policy);
    } else {
      freed += {removal.bytes, removal.bytes};
    }
  return freed;
}

MarkSet marks_of(const Survey& survey, const Policy& policy) {
  return mark(survey.inventory, survey.graph, survey.diagnosis.pins, policy);
}

Amount freed_by_gc(const Survey& survey, const MarkSet& marks,
                   const Policy& policy) {
  return freed_by(make_plan(survey.inventory, marks, policy), survey, policy);
}

void sum_blobs(const BlobTable& blobs, const MarkSet& marks, DuReport& report) {
  BlobSum all;
  BlobSum live;
  for (BlobId id = 0; id < blobs.size(); ++id) {
    all.add(blobs[id]);
    if (marks.live[id] != 0) live.add(blobs[id]);
  }
  report.all = all.amount();
  report.live = live.amount();
}

template <class T, class Name>
void sort(std::vector<T>& list, DuOrder order, Name name) {
  const auto size = [order](const T& each) {
    return order == DuOrder::own     ? each.usage.own.bytes
           : order == DuOrder::total ? each.usage.total.bytes
                                     : 0;
  };
  std::sort(list.begin(), list.end(), [&](const T& a, const T& b) {
    return size(a) != size(b) ? size(a) > size(b) : name(a) < name(b);
  });
}

// How many are left out.
template <class T>
std::size_t cut(std::vector<T>& list, std::size_t top) {
  const std::size_t all = list.size();
  if (all > top)
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(top), list.end());
  return all - list.size();
}

}  // namespace

void measure_store(const Survey& survey, const Policy& policy,
                   DuReport& report) {
  report.all_repositories = survey.inventory.repositories.size();
  Policy gc = policy;
  gc.delete_untagged = false;
  const MarkSet marks = marks_of(survey, gc);
  sum_blobs(survey.inventory.blobs, marks, report);
  report.gc_frees = freed_by_gc(survey, marks, gc);
  Policy gc_m = policy;
  gc_m.delete_untagged = true;
  report.gc_m_frees = freed_by_gc(survey, marks_of(survey, gc_m), gc_m);
}

void measure_repositories(const Survey& survey, const Policy& policy,
                          const std::vector<std::uint32_t>& chosen,
                          DuOrder order, DuReport& report) {
  const std::vector<Usage> usages = usage_of_repositories(
      survey.inventory, survey.graph, survey.diagnosis.pins, policy);
  for (const std::uint32_t i : chosen)
    report.repositories.push_back(
        {survey.inventory.repositories[i].name, usages[i]});
  sort(report.repositories, order,
       [](const RepositoryUsage& each) { return std::tie(each.name); });
}

void measure_tags(const Survey& survey, const Policy& policy,
                  const std::vector<Selected>& selected, DuOrder order,
                  DuReport& report) {
  const std::vector<std::vector<Usage>> usages = usage_of_tags(
      survey.inventory, survey.graph, survey.diagnosis.pins, policy);
  for (const Selected& each : selected) {
    const Repository& repository =
        survey.inventory.repositories[each.repository];
    const std::vector<Usage>& of_tags = usages[each.repository];
    for (std::uint32_t t = 0; t < of_tags.size(); ++t)
      if (!each.tag || *each.tag == t)
        report.tags.push_back({repository.name, repository.tags[t].name,
                               repository.tags[t].current, of_tags[t]});
  }
  sort(report.tags, order, [](const TagUsage& each) {
    return std::tie(each.repository, each.tag);
  });
}

void measure_together(const Survey& survey, const Policy& policy,
                      const std::vector<std::uint32_t>& chosen,
                      DuReport& report) {
  report.what_if = {chosen.size(),
                    usage_together(survey.inventory, survey.graph,
                                   survey.diagnosis.pins, policy, chosen)};
}

void cut(DuReport& report, std::size_t top) {
  const std::size_t repositories = cut(report.repositories, top);
  const std::size_t tags = cut(report.tags, top);
  report.left_out = report.by_tag ? tags : repositories;
}

}  // namespace dregs
