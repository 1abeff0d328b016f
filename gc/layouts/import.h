// carry_out() writes what an ImportPlan names (promises.md#may-touch). The
// order is: blobs, links of layers, links of revisions, the history of tags,
// and each tag last. Each stage is on the disk before the next begins. So the
// registry serves what it served before, wherever the run ends.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "gc/heal/link_writer.h"
#include "gc/layouts/import_plan.h"
#include "scanner/inventory/stop_request.h"

namespace dregs {

struct ImportOutcome {
  std::uint64_t links = 0;  // written
  std::string error;        // one line; empty: all is done
};

// `v2` is the open folder of the store and is borrowed; `bytes` counts what was
// read. Ends early where `stop` is requested. What a run has written before it
// failed is not harmful, and the next run goes on there. Not while a server
// runs.
ImportOutcome carry_out(const ImportPlan& plan, const LayoutSource& layout,
                        int v2, LinkWriter& links, const StopRequest& stop,
                        std::atomic<std::uint64_t>& bytes);

}  // namespace dregs
