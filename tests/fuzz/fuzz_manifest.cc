// Whatever a manifest's bytes: the parser ends, and where it says that it
// understood them, every digest that a plain reading of the JSON finds in the
// usual places is among the references.
#include <nlohmann/json.hpp>
#include <set>

#include "scanner/manifests/manifest.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/require.h"

namespace dregs {
namespace {

using FuzzedJson = nlohmann::json;

void collect(const FuzzedJson& descriptor, const char* key,
             std::set<Digest>& digests) {
  if (!descriptor.is_object() || !descriptor.contains(key)) return;
  if (!descriptor[key].is_string()) return;
  if (const auto digest = Digest::parse(descriptor[key].get<std::string>()))
    digests.insert(*digest);
}

// Not how dregs reads a manifest, but what nobody can deny that it needs.
std::set<Digest> plainly_needed(const FuzzedJson& manifest) {
  std::set<Digest> digests;
  if (!manifest.is_object()) return digests;
  for (const char* array : {"layers", "manifests", "fsLayers", "blobs"})
    if (manifest.contains(array) && manifest[array].is_array())
      for (const FuzzedJson& each : manifest[array]) {
        collect(each, "digest", digests);
        collect(each, "blobSum", digests);
      }
  if (manifest.contains("config"))
    collect(manifest["config"], "digest", digests);
  return digests;
}

}  // namespace

void fuzz_manifest(std::string_view bytes) {
  const Manifest manifest = parse_manifest(bytes);
  std::set<Digest> referred;
  for (const Reference& reference : manifest.references)
    referred.insert(reference.digest);
  if (!manifest.understood() || manifest.kind == ManifestKind::not_json) return;
  const FuzzedJson json = FuzzedJson::parse(bytes, nullptr, false);
  // Go takes texts that are not UTF-8 and numbers of any size; Json does not.
  if (json.is_discarded()) return;
  for (const Digest& digest : plainly_needed(json))
    require(referred.contains(digest), "every plain reference is followed");
}

}  // namespace dregs

#ifndef DREGS_REPLAY
void fuzz_one(std::string_view bytes);
void fuzz_one(std::string_view bytes) { dregs::fuzz_manifest(bytes); }
#endif
