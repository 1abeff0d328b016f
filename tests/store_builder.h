// Builds a registry's storage for a test: any layout of format.md#1 with right
// digests, then any damage. Friendly by default:
//
//   StoreBuilder store;
//   auto app = store.image("team/app", "v1", {"base", "app"});
//
// Contents come from the strings, so the same words give the same digests.
// Paths are relative to v2() unless said otherwise; what cannot be written
// throws std::filesystem_error or std::system_error. One thread at a time.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/formats/digest.h"
#include "tests/manifest_json.h"
#include "tests/snapshot.h"

namespace dregs {

struct BuiltImage {
  Digest manifest;
  Digest config;
  std::vector<Digest> layers;
};

struct ImageOptions {
  bool docker = false;       // schema2 rather than an OCI image manifest
  bool media_type = true;    // OCI only: schema2 always carries it
  std::string created_by{};  // another text, another config and manifest
  std::optional<Digest> subject{};
  std::string artifact_type{};
  std::map<std::string, std::string> annotations{};
  bool sha512_layers = false;  // named by sha512, found through alias links
  std::vector<std::string> foreign_layers{};  // with urls, never stored
};

struct IndexOptions {
  bool docker = false;  // manifest list rather than an OCI index
  bool media_type = true;
  std::vector<std::string> platforms{};  // "os/architecture", by position
  std::string child_media_type{};        // empty: what the child says it is
  std::optional<Digest> subject{};
  std::map<std::string, std::string> annotations{};
};

std::string sha512_text(std::string_view content);  // "sha512:<hex>"

class StoreBuilder {
 public:
  // An empty store, with repositories/ and blobs/, in a folder of its own
  // below TMPDIR, or else in memory, that goes with the object.
  StoreBuilder();
  ~StoreBuilder();
  StoreBuilder(const StoreBuilder&) = delete;
  StoreBuilder& operator=(const StoreBuilder&) = delete;

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path v2() const { return root_ / "docker/registry/v2"; }

  // --- What clients push. An empty tag pushes by digest.
  Digest blob(std::string_view content);
  Digest layer(const std::string& repository, std::string_view content);
  BuiltImage image(const std::string& repository, const std::string& tag,
                   const std::vector<std::string>& layers,
                   const ImageOptions& options = {});
  Digest index(const std::string& repository, const std::string& tag,
               const std::vector<Digest>& children,
               const IndexOptions& options = {});
  Digest schema1(const std::string& repository, const std::string& tag,
                 const std::vector<std::string>& layers, int signatures = 0);
  BuiltImage helm(const std::string& repository, const std::string& tag,
                  const std::string& chart);
  Digest artifact(const std::string& repository, const std::string& tag,
                  const std::vector<std::string>& blobs,
                  std::optional<Digest> subject = {});
  Digest buildkit_cache(const std::string& repository, const std::string& tag,
                        const std::vector<std::string>& layers);
  // Untagged, with a subject: a signature as notation pushes it.
  BuiltImage referrer(const std::string& repository, const Digest& subject,
                      const std::string& content);
  // Tagged sha256-<hex>.sig, as cosign pushes it.
  BuiltImage cosign_signature(const std::string& repository,
                              const Digest& subject);
  Digest manifest_bytes(const std::string& repository, const std::string& tag,
                        std::string_view bytes);

  // --- Links. tag() writes history and current, as a push by tag does.
  void link_revision(const std::string& repository, const Digest& digest);
  void link_layer(const std::string& repository, const Digest& digest);
  void alias_link(const std::string& repository, const std::string& sha512,
                  const Digest& target);
  void tag(const std::string& repository, const std::string& name,
           const Digest& digest);
  void move_tag(const std::string& repository, const std::string& name,
                const Digest& digest) {
    tag(repository, name, digest);
  }
  // The whole tag folder goes, as the API's DELETE of a tag does.
  void untag(const std::string& repository, const std::string& name);
  // As the API's DELETE of a manifest does (format.md#1.3): its tags go, an
  // empty revision folder and other tags' history stay.
  void delete_manifest(const std::string& repository, const Digest& digest);

  // --- Debris and damage.
  void upload(const std::string& repository, const std::string& id,
              std::chrono::seconds age, std::string_view bytes);
  // Beside `path`, as a registry 3.1 that was killed leaves it. Returns where.
  std::string temp_file(const std::string& path);
  void write(const std::string& path, std::string_view bytes);
  void folder(const std::string& path);
  void remove(const std::string& path);  // a folder with all below it
  void symlink(const std::string& target, const std::string& path);
  void fifo(const std::string& path);
  void set_age(const std::string& path, std::chrono::seconds age);
  // A manifest stays valid JSON but names another digest; anything else has
  // one bit flipped.
  void corrupt(const Digest& digest);
  void truncate(const Digest& digest, std::uintmax_t size);
  void lose(const Digest& digest) { remove(blob_path(digest)); }

  // --- What is there.
  std::string read(const std::string& path) const;  // or an absolute one
  bool has(const std::string& path) const;
  bool has_blob(const Digest& digest) const { return has(blob_path(digest)); }
  TreeSnapshot snapshot() const { return snapshot_tree(v2()); }
  // Sorted paths of files that were there and are gone now.
  std::set<std::string> removed_since(const TreeSnapshot& before) const;

  // --- Where it is.
  static std::string repository_path(const std::string& repository);
  static std::string blob_path(const Digest& digest);
  static std::string revision_path(const std::string& repository,
                                   const Digest& digest);
  static std::string layer_link_path(const std::string& repository,
                                     const Digest& digest);
  static std::string layer_link_path(const std::string& repository,
                                     const std::string& digest_text);
  static std::string tag_folder(const std::string& repository,
                                const std::string& tag);
  static std::string tag_path(const std::string& repository,
                              const std::string& tag);
  static std::string history_path(const std::string& repository,
                                  const std::string& tag, const Digest& digest);
  static std::string temp_path(const std::string& path);
  static std::string upload_path(const std::string& repository,
                                 const std::string& id);

 private:
  BuiltDescriptor describe(const std::string& media_type,
                           const Digest& digest) const;
  BuiltDescriptor describe_child(const Digest& digest,
                                 const IndexOptions& options) const;
  BuiltDescriptor describe_layer(const std::string& repository,
                                 const std::string& content,
                                 const ImageOptions& options);
  void add_layers(ManifestParts& parts, const std::string& repository,
                  const std::vector<std::string>& layers,
                  const ImageOptions& options);
  std::vector<BuiltDescriptor> push_all(
      const std::string& repository, const std::string& media_type,
      const std::vector<std::string>& contents);

  std::filesystem::path root_;
};

}  // namespace dregs
