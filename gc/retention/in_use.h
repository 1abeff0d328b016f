// Lists of what is in use (retention-rules.md#3.12): the output of kubectl,
// docker, nomad and others as JSON, or one reference a line. Pure.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "scanner/formats/digest.h"

namespace dregs {

// One reference, as somebody runs it. Without a tag and a digest, `latest` is
// meant, and said.
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

// JSON, one document or several behind each other: each string under a key
// `image` or `imageID`, in any case. What is no reference there names nothing:
// nobody can run it. Otherwise one reference a line; `#` begins a comment.
// Throws InUseError where it can be read as neither.
InUseList parse_in_use(const std::string& text, const std::string& name);

// The repository as listed, and without its first component, which may be a
// host; and for Docker's short names with `library/`. The likeliest first.
std::vector<std::string> possible_repositories(const InUseReference& reference);

}  // namespace dregs
