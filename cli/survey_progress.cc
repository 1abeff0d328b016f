#include "cli/survey_progress.h"

#include "cli/terminal.h"
#include "cli/text.h"

namespace dregs {

std::string describe(const SurveyProgress& progress, double seconds) {
  const std::uint64_t wanted = progress.manifests.wanted;
  if (wanted > 0)
    return "reading manifests: " +
           progress_text(progress.manifests.read, wanted, seconds);
  return "scanning: " + grouped(progress.scan.blobs) + " blobs, " +
         grouped(progress.scan.links) + " links";
}

}  // namespace dregs
