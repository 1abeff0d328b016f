// A plan on its way to a person and back: what --plan of `gc` and `retain`
// writes and `apply` reads. JSON, one removal a line, under a checksum.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gc/decide/plan.h"
#include "gc/decide/refusal.h"
#include "gc/saved/retain_words.h"

namespace dregs {

struct PlannedRemoval {
  std::string kind;
  std::string path;      // relative to v2, escaped as for a person
  std::string digest{};  // what a tag names; empty for other kinds

  auto operator<=>(const PlannedRemoval&) const = default;
};

struct SavedPlan {
  std::string root;         // v2's real path when it was made
  std::uint64_t inode = 0;  // v2's, which moves and containers leave alone
  std::int64_t made_ns = 0;
  Policy policy;                              // but for now_ns
  std::vector<PlannedRemoval> removals;       // sorted after parsing
  std::optional<SavedRetention> retention{};  // of `retain`; none: of `gc`
};

PlannedRemoval planned(const Removal& removal, const Inventory& inventory);

// Whether the plan names it; the plan was parsed.
bool is_in(const SavedPlan& plan, const Removal& removal,
           const Inventory& inventory);

// `root` and `inode` as above.
std::string plan_text(const Plan& plan, const Inventory& inventory,
                      const Policy& policy, const std::string& root,
                      std::uint64_t inode,
                      const std::optional<SavedRetention>& retention = {});

// The opening, `body` (the other members of the object, each with a comma) and
// the checksum of all that.
std::string sealed(const std::string& body);

// Not what dregs wrote, or no longer: reason and way out are one line each.
class PlanRefused : public std::runtime_error {
 public:
  explicit PlanRefused(Refusal refusal)
      : std::runtime_error(refusal.reason), refusal_(std::move(refusal)) {}
  const Refusal& refusal() const { return refusal_; }

 private:
  Refusal refusal_;
};

// Pure; `name` is the file's, for messages. Throws PlanRefused for a plan of
// another schema, or one that was changed; std::runtime_error for what is none.
SavedPlan parse_saved_plan(std::string_view text, const std::string& name);

// Throws std::runtime_error also where the file cannot be read.
SavedPlan load_saved_plan(const std::string& file);

}  // namespace dregs
