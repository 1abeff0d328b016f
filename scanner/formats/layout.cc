#include "scanner/formats/layout.h"

#include <algorithm>
#include <string>

namespace dregs::layout {
namespace {

template <class... Parts>
std::string join(const Parts&... parts) {
  std::string path;
  path.reserve((std::string_view(parts).size() + ... + sizeof...(parts)));
  ((path.append(parts), path.push_back('/')), ...);
  path.pop_back();
  return path;
}

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_alphanumeric(char c) {
  return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z');
}

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
         (c >= 'A' && c <= 'F');
}

// [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*
bool is_path_component(std::string_view text) {
  if (text.empty() || !is_lower_or_digit(text.front()) ||
      !is_lower_or_digit(text.back()))
    return false;
  for (std::size_t i = 0; i < text.size();) {
    if (is_lower_or_digit(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && text[end] == text[i]) ++end;
    const std::size_t run = end - i;
    const std::size_t allowed = text[i] == '.'   ? 1
                                : text[i] == '_' ? 2
                                : text[i] == '-' ? run
                                                 : 0;
    if (run > allowed || !is_lower_or_digit(text[end])) return false;
    i = end;
  }
  return true;
}

// Domain labels: [a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?, joined by dots.
bool is_domain(std::string_view text) {
  while (true) {
    const std::string_view label = text.substr(0, text.find('.'));
    if (label.empty() || !is_alphanumeric(label.front()) ||
        !is_alphanumeric(label.back()))
      return false;
    if (!std::all_of(label.begin(), label.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-'; }))
      return false;
    if (label.size() == text.size()) return true;
    text.remove_prefix(label.size() + 1);
  }
}

}  // namespace

std::string blob_prefix(std::string_view two_hex_digits) {
  return join(kBlobs, "sha256", two_hex_digits);
}

std::string blob(const Digest& digest) {
  const std::string hex = digest.hex();
  return join(kBlobs, "sha256", std::string_view(hex).substr(0, 2), hex);
}

std::string repository(std::string_view name) {
  return name.empty() ? std::string(kRepositories) : join(kRepositories, name);
}

std::string revisions(std::string_view name) {
  return join(repository(name), kManifests, "revisions");
}

std::string revision(std::string_view name, const Digest& digest) {
  return join(revisions(name), "sha256", digest.hex());
}

std::string tags(std::string_view name) {
  return join(repository(name), kManifests, "tags");
}

std::string tag(std::string_view name, std::string_view tag) {
  return join(tags(name), tag);
}

std::string history(std::string_view name, std::string_view tag_name) {
  return join(tag(name, tag_name), "index", "sha256");
}

std::string history_entry(std::string_view name, std::string_view tag_name,
                          const Digest& digest) {
  return join(history(name, tag_name), digest.hex());
}

std::string layers(std::string_view name) {
  return join(repository(name), kLayers);
}

std::string layer(std::string_view name, const Digest& digest) {
  return join(layers(name), "sha256", digest.hex());
}

std::string uploads(std::string_view name) {
  return join(repository(name), kUploads);
}

std::string upload(std::string_view name, std::string_view id) {
  return join(uploads(name), id);
}

std::string layer_alias(std::string_view name, std::string_view digest_text) {
  std::string tail(digest_text);
  const auto colon = tail.begin() + static_cast<std::ptrdiff_t>(tail.find(':'));
  std::replace_if(
      tail.begin(), colon,
      [](char c) { return c == '+' || c == '.' || c == ';'; }, '/');
  *colon = '/';
  return join(layers(name), tail);
}

std::string other_blob_data(std::string_view digest_text) {
  const std::size_t colon = digest_text.find(':');
  const std::string hex(digest_text.substr(colon + 1));
  return std::string(kBlobs) + "/" + std::string(digest_text.substr(0, colon)) +
         "/" + hex.substr(0, 2) + "/" + hex + "/data";
}

std::string blob_data(const Digest& digest) {
  return join(blob(digest), "data");
}

std::string link_in(std::string folder) { return std::move(folder) + "/link"; }

std::string current_link(std::string_view name, std::string_view tag_name) {
  return join(tag(name, tag_name), "current", "link");
}

std::string_view parent(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view()
                                         : path.substr(0, slash);
}

std::string_view last_component(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_legal_repository_name(std::string_view name) {
  const std::size_t slash = name.find('/');
  const std::string_view first = name.substr(0, slash);
  if (slash == std::string_view::npos)
    return name.size() <= 255 && is_path_component(first);
  std::string_view rest = name.substr(slash + 1);
  if (rest.size() > 255) return false;
  if (!is_path_component(first) && !is_domain(first)) return false;
  while (true) {
    const std::string_view component = rest.substr(0, rest.find('/'));
    if (!is_path_component(component)) return false;
    if (component.size() == rest.size()) return true;
    rest.remove_prefix(component.size() + 1);
  }
}

bool is_legal_tag(std::string_view tag) {
  if (tag.empty() || tag.size() > 128) return false;
  if (tag.front() == '.' || tag.front() == '-') return false;
  return std::all_of(tag.begin(), tag.end(), [](char c) {
    return is_alphanumeric(c) || c == '_' || c == '.' || c == '-';
  });
}

bool is_part(std::string_view name) {
  return name == kManifests || name == kLayers || name == kUploads;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex_digit(text[i])) return false;
  }
  return true;
}

bool is_temporary_name(std::string_view name) {
  constexpr std::string_view kSuffix = ".tmp";
  constexpr std::size_t kUuidAndDot = 37;
  if (!name.ends_with(kSuffix)) return false;
  name.remove_suffix(kSuffix.size());
  if (name.size() <= kUuidAndDot) return false;
  const std::string_view base = name.substr(0, name.size() - kUuidAndDot);
  const std::string_view rest = name.substr(base.size());
  if (rest.front() != '.' || !is_uuid(rest.substr(1))) return false;
  const bool offset = std::all_of(base.begin(), base.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  return offset || base == "link" || base == "data" || base == "startedat";
}

}  // namespace dregs::layout
