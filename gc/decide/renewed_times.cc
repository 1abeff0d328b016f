#include "gc/decide/renewed_times.h"

#include <algorithm>

namespace dregs {
namespace {

// Longer than an upload lies between its last byte and its commit.
constexpr std::int64_t kLongestCommit_ns = 3600 * kSecond_ns;

class RenewedTimes {
 public:
  RenewedTimes(const Inventory& inventory, const Policy& policy)
      : inventory_(inventory), policy_(policy), by_mtime_(policy) {
    by_mtime_.age_by = AgeBy::mtime;
  }

  const Policy& by_mtime() const { return by_mtime_; }

  // Cheap, so that only a store where it matters is marked again.
  bool any() const {
    const auto young = [this](const auto& each) {
      return is_renewed(each.times()) && policy_.is_young(each.times()) &&
             !by_mtime_.is_young(each.times());
    };
    return (policy_.min_age_ns > 0 &&
            std::any_of(inventory_.blobs.begin(), inventory_.blobs.end(),
                        young)) ||
           any_fresh(inventory_.temporary_files) ||
           std::any_of(inventory_.repositories.begin(),
                       inventory_.repositories.end(),
                       [this](const Repository& repository) {
                         return any_fresh(repository.uploads) ||
                                any_fresh(repository.temporary_files);
                       });
  }

 private:
  static bool is_renewed(const FileTimes& times) {
    return times.ctime_ns - times.mtime_ns > kLongestCommit_ns;
  }

  template <class T>
  bool any_fresh(const std::vector<T>& files) const {
    return std::any_of(files.begin(), files.end(), [this](const T& file) {
      return is_renewed(file.times) && policy_.is_fresh_upload(file.times) &&
             !by_mtime_.is_fresh_upload(file.times);
    });
  }

  const Inventory& inventory_;
  const Policy& policy_;
  Policy by_mtime_;
};

}  // namespace

KindTotal kept_by_renewed_times(const Survey& survey, const KindTotals& planned,
                                const Policy& policy) {
  const RenewedTimes renewed(survey.inventory, policy);
  if (policy.age_by != AgeBy::younger || !renewed.any()) return {};
  const MarkSet marks = mark(survey.inventory, survey.graph,
                             survey.diagnosis.pins, renewed.by_mtime());
  const KindTotals then =
      planned_totals(survey.inventory, marks, renewed.by_mtime());
  KindTotal kept;
  for (const RemovalKind kind :
       {RemovalKind::blob, RemovalKind::upload, RemovalKind::temporary}) {
    const auto k = static_cast<std::size_t>(kind);
    kept.count += then[k].count - std::min(then[k].count, planned[k].count);
    kept.bytes += then[k].bytes - std::min(then[k].bytes, planned[k].bytes);
  }
  return kept;
}

}  // namespace dregs
