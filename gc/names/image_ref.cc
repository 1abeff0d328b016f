#include "gc/names/image_ref.h"

#include <fnmatch.h>

#include <algorithm>

#include "scanner/formats/escaped.h"

namespace dregs {
namespace {

constexpr std::size_t kFewestHexDigits = 8;
constexpr std::size_t kHexDigits = 64;

[[noreturn]] void not_a_ref(const std::string& text, const char* why) {
  throw SelectionError("'" + escaped(text) +
                       "' is not a REPO, REPO:TAG or REPO@DIGEST: " + why);
}

std::string_view first_component(std::string_view path) {
  return path.substr(0, path.find('/'));
}

std::string_view behind_first(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? std::string_view()
                                         : path.substr(slash + 1);
}

bool component_matches(std::string_view pattern, std::string_view name) {
  return ::fnmatch(std::string(pattern).c_str(), std::string(name).c_str(),
                   0) == 0;
}

// Both without an empty component. `**` last stands for at least one: what is
// below team is not team itself.
bool path_matches(std::string_view pattern, std::string_view name) {
  if (pattern.empty() || name.empty()) return pattern.empty() == name.empty();
  const std::string_view rest = behind_first(pattern);
  if (first_component(pattern) != "**")
    return component_matches(first_component(pattern), first_component(name)) &&
           path_matches(rest, behind_first(name));
  if (rest.empty()) return true;
  for (; !name.empty(); name = behind_first(name))
    if (path_matches(rest, name)) return true;
  return false;
}

}  // namespace

bool is_glob(std::string_view text) {
  return text.find_first_of("*?[\\") != std::string_view::npos;
}

bool glob_matches(const std::string& pattern, const std::string& name) {
  return is_glob(pattern) ? path_matches(pattern, name) : pattern == name;
}

std::optional<std::string> parse_digest_prefix(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
  if (text.size() < kFewestHexDigits || text.size() > kHexDigits)
    return std::nullopt;
  std::string hex(text);
  for (char& c : hex) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
      return std::nullopt;
  }
  return hex;
}

ImageRef parse_image_ref(const std::string& text) {
  ImageRef ref;
  ref.text = text;
  const std::size_t at = text.find('@');
  ref.repository = text.substr(0, at);
  if (at != std::string::npos) {
    ref.hex = parse_digest_prefix(text.substr(at + 1));
    if (!ref.hex || !text.substr(at + 1).starts_with("sha256:"))
      not_a_ref(text, "a digest is 'sha256:' and 8 to 64 hex digits");
  }
  // REPO:TAG@DIGEST, as docker writes it: the digest says all.
  const std::size_t colon = ref.repository.rfind(':');
  if (colon != std::string::npos &&
      ref.repository.find('/', colon) == std::string::npos) {
    if (!ref.hex) ref.tag = ref.repository.substr(colon + 1);
    ref.repository.resize(colon);
  }
  if (ref.repository.empty()) not_a_ref(text, "it names no repository");
  if (ref.tag && ref.tag->empty()) not_a_ref(text, "its tag is empty");
  return ref;
}

std::vector<ImageRef> parse_image_refs(const std::vector<std::string>& texts) {
  std::vector<ImageRef> refs(texts.size());
  std::transform(texts.begin(), texts.end(), refs.begin(), parse_image_ref);
  return refs;
}

}  // namespace dregs
