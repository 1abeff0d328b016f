// What stays only since its ctime is new: chown, chmod, a restore and
// Kubernetes' fsGroup renew every ctime, and then nothing is ever old. Pure.
#pragma once

#include "gc/mark/survey.h"

namespace dregs {

// Blobs, uploads and temporary files beyond `planned` that would go by their
// mtimes. None where the policy already goes by one time, or where ctimes and
// mtimes lie as close together as a push leaves them.
KindTotal kept_by_renewed_times(const Survey& survey, const KindTotals& planned,
                                const Policy& policy);

}  // namespace dregs
