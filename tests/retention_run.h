// Builds registries whose tags have an age, and runs `dregs retain` on them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/command_run.h"

namespace dregs {

class AgedStore : public StoreBuilder {
 public:
  // Pushes a new image, so many days ago.
  BuiltImage push(const std::string& repository, const std::string& tag,
                  int days, const ImageOptions& options = {});
  // Adds a tag to an image, or moves a tag.
  void tag_aged(const std::string& repository, const std::string& name,
                const Digest& digest, int days);
  void set_days(const std::string& path, int days);
  // Pushes an image whose configuration has this raw text as its creation time.
  BuiltImage push_created(const std::string& repository, const std::string& tag,
                          int days, const std::string& created);
  // Writes a file beside the registry. Returns its path.
  std::string file(const std::string& name, const std::string& text) const;
};

struct RetainRun : JsonRun {
  // Returns "REPO:TAG" of each tag that went or would go.
  std::set<std::string> removed_tags() const;
  std::set<std::string> kept_tags() const;
  std::set<std::string> removed_manifests() const;    // "REPO@DIGEST"
  nlohmann::json tag(const std::string& name) const;  // "REPO:TAG"
  std::string reason(const std::string& name) const;
  std::string refused() const;  // the reasons, one a line
};

RetainRun retain(const StoreBuilder& store, std::vector<std::string> words);

// Runs with a policy file of this text, after a line `version: 1`. --max-delete
// is 100 unless the words say otherwise.
RetainRun retain_by(const AgedStore& store, const std::string& policy,
                    std::vector<std::string> words = {});

std::string tag_name(const std::string& repository, const std::string& tag);

}  // namespace dregs
