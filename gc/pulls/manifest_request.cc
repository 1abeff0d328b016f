#include "gc/pulls/manifest_request.h"

namespace dregs {
namespace {

constexpr std::string_view kApi = "/v2/";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// A wrong encoding stays as it is. The result is then not a legal name.
std::string percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool whole = text[i] == '%' && i + 2 < text.size();
    const int high = whole ? hex_value(text[i + 1]) : -1;
    const int low = whole ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

}  // namespace

std::optional<RequestedManifest> manifest_of(std::string_view target) {
  constexpr std::string_view kManifestsPart = "/manifests/";
  target = target.substr(0, target.find_first_of("?#"));
  const std::size_t api = target.find(kApi);
  if (api == std::string_view::npos) return std::nullopt;
  const std::string path = percent_decoded(target.substr(api + kApi.size()));
  const std::size_t at = path.rfind(kManifestsPart);
  if (at == std::string::npos) return std::nullopt;
  return RequestedManifest{path.substr(0, at),
                           path.substr(at + kManifestsPart.size())};
}

bool is_for_a_registry(std::string_view target) {
  return target.find(kApi) != std::string_view::npos;
}

}  // namespace dregs
