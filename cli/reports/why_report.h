// What `dregs why` found, and its two forms of output.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/terminal/terminal.h"
#include "gc/needs/needs_of_image.h"
#include "gc/needs/paths_to.h"
#include "gc/needs/traces.h"
#include "gc/storage/opened_store.h"

namespace dregs {

struct WhyReport {
  Digest digest;
  std::string image;              // REPO:TAG, where one was asked for
  std::vector<NeededPart> needs;  // of that image
  std::optional<Blob> blob;       // none where it is not there
  PathsTo paths;
  // Whether gc --delete-untagged would leave it: with tags, or their indexes
  // and signatures, above it.
  bool tagged = false;
  std::vector<std::string> pinned_by;  // that link it; names, sorted
  Traces traces;
  std::vector<Finding> findings;  // about this digest, and what hides more
  bool all_seen = true;           // false: somebody unseen may need it
  ExitCode exit_code = ExitCode::done;
  double seconds = 0;

  // Where ways are too long to be listed there are some.
  bool needed() const { return !paths.paths.empty() || !paths.complete; }
};

std::string to_json(const WhyReport& report, const OpenedStore& store);

void print_text(const WhyReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose);

}  // namespace dregs
