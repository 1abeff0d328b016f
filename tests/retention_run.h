// Registries whose tags have an age, and runs of `dregs retain` over them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/command_run.h"

namespace dregs {

class AgedStore : public StoreBuilder {
 public:
  // An image of its own, pushed so many days ago.
  BuiltImage push(const std::string& repository, const std::string& tag,
                  int days, const ImageOptions& options = {});
  // A second tag, or the tag of another image.
  void tag_aged(const std::string& repository, const std::string& name,
                const Digest& digest, int days);
  void set_days(const std::string& path, int days);
  // An image whose configuration says when it was made; raw text.
  BuiltImage push_created(const std::string& repository, const std::string& tag,
                          int days, const std::string& created);
  // Writes a file beside the registry. Returns its path.
  std::string file(const std::string& name, const std::string& text) const;
};

struct RetainRun : JsonRun {
  // "REPO:TAG" of those that went, or would.
  std::set<std::string> removed_tags() const;
  std::set<std::string> kept_tags() const;
  std::set<std::string> removed_manifests() const;    // "REPO@DIGEST"
  nlohmann::json tag(const std::string& name) const;  // "REPO:TAG"
  std::string reason(const std::string& name) const;
  std::string refused() const;  // the reasons, one a line
};

RetainRun retain(const StoreBuilder& store, std::vector<std::string> words);

// By a policy file of this text, which begins with `version: 1`. Nothing is
// too much, unless the words say otherwise.
RetainRun retain_by(const AgedStore& store, const std::string& policy,
                    std::vector<std::string> words = {});

std::string tag_name(const std::string& repository, const std::string& tag);

}  // namespace dregs
