// What a user names: REPO, REPO:TAG or REPO@sha256:HEX, each part perhaps a
// glob. Pure functions; they only ever compare with names that a scan found,
// so that no text a user types becomes a path.
//
// Globs are the shell's: `*` and `?` stand for anything but a slash, `[a-z]`
// for one of some; `**` as a whole component stands for any number of them,
// so `team/*` names team/app and not team/app/web, which `team/**` does.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace dregs {

// The message is for a person, on as many lines as it needs.
class SelectionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ImageRef {
  std::string text;  // as given
  std::string repository;
  std::optional<std::string> tag{};
  // 8 to 64 hex digits: the beginning will do where only one digest has it.
  std::optional<std::string> hex{};
};

// Throws SelectionError where it is none of the three.
ImageRef parse_image_ref(const std::string& text);
std::vector<ImageRef> parse_image_refs(const std::vector<std::string>& texts);

bool is_glob(std::string_view text);
bool glob_matches(const std::string& pattern, const std::string& name);

// Hex digits in lower case without "sha256:", or nothing where `text` is no
// digest nor a beginning of one that is long enough to be one.
std::optional<std::string> parse_digest_prefix(std::string_view text);

}  // namespace dregs
