// What a collection says about itself beyond its figures: what it kept for a
// reason that a person may overrule, and with which words.
#pragma once

#include "gc/mark/mark.h"
#include "gc/runs/gc_report.h"

namespace dregs {

// First pushes are not damage: they leave the list of pinned repositories, and
// their findings say what they are.
void explain_first_pushes(const Survey& survey, const MarkSet& marks,
                          const Policy& policy, GcReport& report);

void explain_renewed_times(const Survey& survey, const KindTotals& planned,
                           const Policy& policy, GcReport& report);

}  // namespace dregs
