#include "scanner/manifests/manifest.h"

#include <algorithm>
#include <array>

#include "scanner/manifests/go_json.h"
#include "scanner/manifests/manifest_fields.h"

namespace dregs {

Appearance appearance_of(std::string_view leading_bytes) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  constexpr std::string_view kBlanks(" \t\r\n\0", 5);
  if (leading_bytes.starts_with(kByteOrderMark)) leading_bytes.remove_prefix(3);
  const std::size_t first = leading_bytes.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return Appearance::blank;
  return leading_bytes[first] == '{' ? Appearance::manifest : Appearance::other;
}

Manifest parse_manifest(std::string_view bytes, ManifestDetails* details) {
  Manifest manifest;
  if (appearance_of(bytes) != Appearance::manifest) {
    collect_mentioned_digests(bytes, manifest);
    return manifest;
  }
  simdjson::dom::object top;
  if (!parse_go_object(bytes, top)) {
    manifest.kind = ManifestKind::undecodable;
    collect_mentioned_digests(bytes, manifest);
    return manifest;
  }
  read_manifest_fields(top, manifest, details);
  if (!manifest.understood() || manifest.kind == ManifestKind::oci_artifact)
    collect_mentioned_digests(bytes, manifest);
  return manifest;
}

void collect_mentioned_digests(std::string_view bytes, Manifest& manifest) {
  constexpr std::array<std::pair<std::string_view, std::size_t>, 3> kForms = {
      {{"sha256", 64}, {"sha384", 96}, {"sha512", 128}}};
  for (const auto& [algorithm, digits] : kForms) {
    std::size_t at = 0;
    while ((at = bytes.find(algorithm, at)) != std::string_view::npos) {
      at += algorithm.size();
      // ':' may be written as itself or escaped.
      const std::string_view rest = bytes.substr(at);
      const std::size_t skip = rest.starts_with(":")         ? 1
                               : rest.starts_with("\\u003a") ? 6
                               : rest.starts_with("\\u003A") ? 6
                                                             : 0;
      if (skip == 0) continue;
      const std::string text =
          std::string(algorithm) + ":" + std::string(rest.substr(skip, digits));
      if (const auto digest = Digest::parse(text))
        manifest.references.push_back(
            {*digest, ReferenceRole::mentioned, true});
      else if (DigestText::parse(text))
        manifest.other_references.push_back(
            {text, ReferenceRole::mentioned, true});
    }
  }
  std::sort(manifest.references.begin(), manifest.references.end());
}

}  // namespace dregs
