#include "tests/random_damage.h"

#include <array>

#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

struct Target {
  StoreBuilder& store;
  const std::string& repository;
  const Digest& manifest;

  std::string folder() const {
    return StoreBuilder::repository_path(repository);
  }
  std::string revision() const {
    return StoreBuilder::revision_path(repository, manifest);
  }
};

using Damage = void (*)(const Target&);

// Only what is there: a link written where none was would be no damage.
void overwrite(const Target& target, const std::string& path,
               const std::string& bytes) {
  if (target.store.has(path)) target.store.write(path, bytes);
}

void remove_if_there(const Target& target, const std::string& path) {
  if (target.store.has(path)) target.store.remove(path);
}

// The first blob that the manifest names: config, layer or child.
std::optional<Digest> first_need(const Target& target) {
  const std::string bytes =
      target.store.read(StoreBuilder::blob_path(target.manifest));
  const std::size_t found = bytes.find("sha256:");
  if (found == std::string::npos) return std::nullopt;
  return Digest::parse(std::string_view(bytes).substr(found, 71));
}

constexpr std::array<Damage, 20> kRandomDamages{
    [](const Target& target) { overwrite(target, target.revision(), ""); },
    [](const Target& target) {
      overwrite(target, target.revision(), target.manifest.to_string() + "\n");
    },
    [](const Target& target) {
      overwrite(target, target.revision(), sha256("another").to_string());
    },
    [](const Target& target) {
      if (target.store.has_blob(target.manifest)) {
        target.store.corrupt(target.manifest);
      }
    },
    [](const Target& target) {
      if (target.store.has_blob(target.manifest)) {
        target.store.truncate(target.manifest, 0);
      }
    },
    [](const Target& target) {
      if (target.store.has_blob(target.manifest)) {
        target.store.lose(target.manifest);
      }
    },
    [](const Target& target) {
      const auto need = first_need(target);
      if (need && target.store.has_blob(*need)) target.store.lose(*need);
    },
    [](const Target& target) {
      const auto need = first_need(target);
      if (!need) return;
      overwrite(target, StoreBuilder::layer_link_path(target.repository, *need),
                "");
    },
    [](const Target& target) {
      const auto need = first_need(target);
      if (!need) return;
      overwrite(target, StoreBuilder::layer_link_path(target.repository, *need),
                target.manifest.to_string());
    },
    [](const Target& target) {
      overwrite(
          target,
          StoreBuilder::layer_link_path(target.repository, sha512_text("base")),
          sha512_text("nothing"));
    },
    [](const Target& target) {
      const auto need = first_need(target);
      if (!need) return;
      remove_if_there(target,
                      StoreBuilder::layer_link_path(target.repository, *need));
    },
    [](const Target& target) {
      overwrite(target, StoreBuilder::tag_path(target.repository, "v1"), "");
    },
    [](const Target& target) {
      overwrite(target, StoreBuilder::tag_path(target.repository, "v2"),
                sha256("nowhere").to_string());
    },
    [](const Target& target) {
      remove_if_there(target, StoreBuilder::tag_path(target.repository, "v1"));
    },
    [](const Target& target) { remove_if_there(target, target.revision()); },
    [](const Target& target) {
      remove_if_there(target, target.folder() + "/_manifests/revisions");
    },
    [](const Target& target) {
      remove_if_there(target, target.folder() + "/_layers");
    },
    [](const Target& target) {
      remove_if_there(target, target.folder() + "/_manifests");
    },
    [](const Target& target) {
      target.store.manifest_bytes(
          target.repository, "odd",
          "{\"schemaVersion\":2,\"mediaType\":\"application/x-odd\",\"of\":\"" +
              target.manifest.to_string() + "\"}");
    },
    [](const Target& target) {
      target.store.image("_hidden/" + target.repository, "v1", {"hidden"});
    },
};

}  // namespace

void damage(StoreBuilder& store, const std::string& repository,
            const Digest& manifest, unsigned how) {
  kRandomDamages[how % kRandomDamages.size()]({store, repository, manifest});
}

}  // namespace dregs
