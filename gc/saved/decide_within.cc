#include "gc/saved/decide_within.h"

#include <stdexcept>

namespace dregs {
namespace {

class BoundDecision {
 public:
  BoundDecision(const SavedPlan& saved, const RetentionInput& input)
      : saved_(saved), input_(input) {
    input_.approved = &approved_;
  }

  // An entry of history goes with its manifest, though it may have come later
  // than the plan. Then the manifest stays, and it is judged again.
  RetentionDecision run(const RequestedRemoval& fresh) {
    approve(fresh);
    for (;;) {
      RetentionDecision decision = decide(input_);
      if (!hold_back(plan_removal(inventory(), removal_of(decision))))
        return decision;
    }
  }

 private:
  const Inventory& inventory() const { return input_.survey.inventory; }

  bool is_named(const Removal& removal) const {
    return is_in(saved_, removal, inventory());
  }

  void approve(const RequestedRemoval& fresh) {
    for (const auto& [i, parts] : fresh) {
      Removal removal;
      removal.repository = i;
      removal.kind = RemovalKind::tag;
      for (const std::uint32_t t : parts.tags) {
        removal.name = inventory().repositories[i].tags[t].name;
        if (is_named(removal)) approved_[i].tags.insert(t);
      }
      removal.kind = RemovalKind::revision;
      for (const Digest& digest : parts.manifests) {
        removal.digest = digest;
        if (is_named(removal)) approved_[i].manifests.insert(digest);
      }
    }
  }

  // Returns whether there is something that the saved plan does not name.
  bool hold_back(const Plan& plan) {
    bool any = false;
    bool changed = false;
    for (const Removal& removal : plan.removals) {
      if (is_named(removal)) continue;
      any = true;
      const auto parts = approved_.find(removal.repository);
      if (parts != approved_.end())
        changed |= parts->second.manifests.erase(removal.digest) > 0;
    }
    if (any && approved_.empty())
      throw std::logic_error("something goes that nobody approved");
    if (any && !changed) approved_.clear();
    return any;
  }

  const SavedPlan& saved_;
  RetentionInput input_;
  RequestedRemoval approved_;
};

}  // namespace

RetentionDecision decide_within(const SavedPlan& saved,
                                const RetentionInput& input,
                                const RequestedRemoval& fresh) {
  return BoundDecision(saved, input).run(fresh);
}

}  // namespace dregs
