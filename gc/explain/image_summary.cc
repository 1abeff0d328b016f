#include "gc/explain/image_summary.h"

#include <map>
#include <set>

#include "scanner/manifests/manifest_details.h"

namespace dregs {
namespace {

constexpr std::size_t kLargestConfig = 8 * 1024 * 1024;
// Attestations call themselves this, to be no platform's image.
constexpr std::string_view kNoPlatform = "unknown/unknown";

bool is_image_config(const std::string& type) {
  return type == "application/vnd.docker.container.image.v1+json" ||
         type == "application/vnd.oci.image.config.v1+json";
}

// schema1 names its layers without their sizes.
std::optional<std::uint64_t> size_of(const StoreReader& store,
                                     const ManifestPart& part) {
  if (part.size) return part.size;
  const auto digest = Digest::parse(part.digest);
  if (!digest) return std::nullopt;
  const BlobContent content = store.stat_blob(*digest);
  if (content.state != BlobContent::State::sound) return std::nullopt;
  return content.size;
}

class Summary {
 public:
  explicit Summary(const StoreReader& store) : store_(store) {}

  ImageSummary run(const Digest& manifest) {
    const BlobContent content =
        store_.read_blob(manifest, kLargestParsedManifest);
    result_.state = content.state;
    if (content.state != BlobContent::State::sound) return std::move(result_);
    const ManifestDetails details = describe_manifest(content.bytes);
    result_.media_type = details.media_type;
    result_.artifact_type = details.artifact_type;
    if (result_.artifact_type.empty() && details.config &&
        !is_image_config(details.config->media_type))
      result_.artifact_type = details.config->media_type;
    seen_.insert(manifest);
    add(details, true);
    look_below();
    if (!details.children.empty()) result_.created.clear();
    conclude();
    return std::move(result_);
  }

 private:
  struct Child {
    ManifestPart named;
    bool tells_platforms = true;
  };

  void add(const ManifestDetails& details, bool tells_platforms) {
    if (details.config) add_config(*details.config, tells_platforms);
    if (tells_platforms) add_platform(details.platform);
    for (const ManifestPart& layer : details.layers) add_size(layer);
    for (auto child = details.children.rbegin();
         child != details.children.rend(); ++child)
      waiting_.push_back({*child, tells_platforms});
  }

  // Nesting in the data must be no nesting on the stack.
  void look_below() {
    while (!waiting_.empty()) {
      const Child next = std::move(waiting_.back());
      waiting_.pop_back();
      add_child(next);
    }
  }

  void add_platform(const std::string& platform) {
    if (!platform.empty()) platforms_.insert(platform);
  }

  void add_config(const ManifestPart& part, bool tells_platforms) {
    add_size(part);
    const auto digest = Digest::parse(part.digest);
    if (!digest || !is_image_config(part.media_type)) return;
    const BlobContent content = store_.read_blob(*digest, kLargestConfig);
    if (content.state != BlobContent::State::sound) return;
    const ConfigDetails config = describe_config(content.bytes);
    if (tells_platforms) add_platform(config.platform);
    result_.created = config.created;
  }

  void add_size(const ManifestPart& part) {
    if (const auto size = size_of(store_, part)) sizes_[part.digest] = *size;
  }

  // The index says more of its children than they do: variants, and that an
  // attestation is for no platform.
  void add_child(const Child& child) {
    const std::string& platform = child.named.platform;
    const auto digest = Digest::parse(child.named.digest);
    const bool told = !platform.empty();
    if (told && platform != kNoPlatform) declared_.insert(platform);
    if (!digest || !seen_.insert(*digest).second) return;
    const BlobContent content =
        store_.read_blob(*digest, kLargestParsedManifest);
    if (content.state != BlobContent::State::sound) return;
    add(describe_manifest(content.bytes), child.tells_platforms && !told);
  }

  void conclude() {
    platforms_.merge(declared_);
    result_.platforms.assign(platforms_.begin(), platforms_.end());
    if (sizes_.empty()) return;
    result_.size = 0;
    for (const auto& [digest, size] : sizes_) *result_.size += size;
  }

  const StoreReader& store_;
  ImageSummary result_;
  std::set<Digest> seen_;
  std::vector<Child> waiting_;
  std::set<std::string> platforms_;
  std::set<std::string> declared_;
  std::map<std::string, std::uint64_t> sizes_;
};

}  // namespace

ImageSummary summarize_image(const StoreReader& store, const Digest& manifest) {
  return Summary(store).run(manifest);
}

}  // namespace dregs
