// decide_within() judges again under a saved plan. Pure.
#pragma once

#include "gc/retention/decide.h"
#include "gc/saved/saved_plan.h"

namespace dregs {

// The decision where nothing may go but what both `fresh` and the plan name:
// tags that still name the same manifest, manifests, and entries of history.
// What they do not name stays with all that it needs. `fresh` is what goes by
// `input`, whose `approved` is not used.
RetentionDecision decide_within(const SavedPlan& saved,
                                const RetentionInput& input,
                                const RequestedRemoval& fresh);

}  // namespace dregs
