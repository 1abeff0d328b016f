// An InUseList names the images that somebody runs (retention-rules.md#3.12).
// It is read from JSON, as kubectl, docker, nomad and others write it, or from
// one reference a line. Pure.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/formats/digest.h"

namespace dregs {

// One reference to an image. A reference without tag and digest means `latest`,
// and `tag` says so.
struct InUseReference {
  std::string text;        // as listed
  std::string repository;  // with the host, if any; empty: a digest alone
  std::string tag{};       // may be empty
  std::string digest{};    // "alg:hex"; may be empty
};

struct InUseList {
  std::string name;                        // of the file, for messages
  std::vector<InUseReference> references;  // sorted, each text once
};

// One line: "FILE:LINE: what is wrong".
class InUseError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Reads one JSON document, or several one after the other: each string under a
// key `image`, `imageID` or `reference`, in upper or lower case, is a
// reference. A string that is not a reference names nothing, because nobody can
// run it. Any other text holds one reference a line; `#` begins a comment.
// Throws InUseError where the text is neither.
InUseList parse_in_use(const std::string& text, const std::string& name);

// Returns the repository as it is listed, then without its first component,
// which may be a host, then with `library/` for Docker's short names. The most
// likely name comes first.
std::vector<std::string> possible_repositories(const InUseReference& reference);

}  // namespace dregs
