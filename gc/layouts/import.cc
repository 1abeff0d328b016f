#include "gc/layouts/import.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "gc/heal/staged_file.h"
#include "gc/runs/rollback.h"
#include "scanner/formats/escaped.h"
#include "scanner/formats/layout.h"

namespace dregs {
namespace {

class Importer {
 public:
  Importer(const ImportPlan& plan, const LayoutSource& layout, int v2,
           LinkWriter& links, const StopRequest& stop,
           std::atomic<std::uint64_t>& bytes)
      : plan_(plan),
        layout_(layout),
        v2_(v2),
        links_(links),
        stop_(stop),
        bytes_(bytes),
        staging_(v2) {}

  ImportOutcome run() {
    for (const Digest& digest : plan_.blobs)
      if (!put(digest)) return outcome_;
    if (!sync_blobs()) return outcome_;
    for (const ImportedLink& link : plan_.layers)
      if (!write_link(layout::layer(link.repository, link.digest), link.digest))
        return outcome_;
    if (!sync_links()) return outcome_;
    for (const ImportedLink& link : plan_.manifests)
      if (!write_link(layout::revision(link.repository, link.digest),
                      link.digest))
        return outcome_;
    if (!sync_links()) return outcome_;
    for (const ImportedTag& tag : plan_.tags)
      if (!write_tag(tag)) return outcome_;
    return outcome_;
  }

 private:
  bool failed(const std::string& what, const std::string& why) {
    outcome_.error = fmt::format("{}: {}", escaped(what), why);
    return false;
  }

  bool put(const Digest& digest) {
    const std::string file = layout_.path() + "/blobs/sha256/" + digest.hex();
    const Descriptor source = layout_.open(digest);
    if (!source) return failed(file, std::strerror(errno));
    const HashedRead read = put_blob(v2_, source.get(), digest, stop_, bytes_);
    if (read.corrupt) return failed(file, "does not hash to its name");
    return read.error == 0 ||
           failed(layout::blob_data(digest), std::strerror(read.error));
  }

  bool sync_blobs() {
    return ::syncfs(v2_) == 0 || failed("blobs", std::strerror(errno));
  }

  bool sync_links() {
    const std::string error = links_.sync();
    return error.empty() || failed("repositories", error);
  }

  bool write_link(const std::string& folder, const Digest& digest) {
    if (stop_.requested()) return failed(folder, "interrupted");
    const std::string path = layout::link_in(folder);
    const FoundLink found = links_.find(path);
    if (!found.error.empty()) return failed(path, found.error);
    if (found.there && found.target == digest) return true;
    const LinkOutcome outcome = links_.replace(path, found, digest);
    return is_written(path, outcome);
  }

  // As a push does: the old image stays in the history.
  bool write_tag(const ImportedTag& tag) {
    if (tag.before == tag.digest) return true;
    const RollbackOutcome outcome = dregs::carry_out(
        {tag.repository, tag.tag, tag.before, tag.digest}, links_);
    return is_written(outcome.path, outcome.outcome);
  }

  bool is_written(const std::string& path, const LinkOutcome& outcome) {
    switch (outcome.state) {
      case LinkOutcome::State::written:
        ++outcome_.links;
        return true;
      case LinkOutcome::State::changed:
        return failed(path, "somebody changed it meanwhile");
      case LinkOutcome::State::failed:
        break;
    }
    return failed(path, outcome.detail);
  }

  const ImportPlan& plan_;
  const LayoutSource& layout_;
  int v2_;
  LinkWriter& links_;
  const StopRequest& stop_;
  std::atomic<std::uint64_t>& bytes_;
  StagingFolder staging_;
  ImportOutcome outcome_;
};

}  // namespace

ImportOutcome carry_out(const ImportPlan& plan, const LayoutSource& layout,
                        int v2, LinkWriter& links, const StopRequest& stop,
                        std::atomic<std::uint64_t>& bytes) {
  return Importer(plan, layout, v2, links, stop, bytes).run();
}

}  // namespace dregs
