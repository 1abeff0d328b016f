// The index.json of an OCI layout. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scanner/formats/digest.h"

namespace dregs {

struct LayoutEntry {
  std::string name;  // org.opencontainers.image.ref.name; empty: none
  std::string media_type;
  Digest digest;
  std::uint64_t bytes = 0;
  std::string artifact_type{};  // may be empty

  auto operator<=>(const LayoutEntry&) const = default;
};

// What an index lists. Throws std::runtime_error with one line where the text
// is not an index, or lists what is named by another algorithm than sha256.
std::vector<LayoutEntry> entries_of_index(const std::string& text,
                                          const std::string& file);

// Puts the entries into the text of an index, which may be empty. As skopeo
// does, an entry takes the place of the one with its name; one without a name
// is there once for each digest. All else stays. Throws std::runtime_error
// with one line where the text is not an index; `file` is for that message.
std::string merged_index(const std::string& text, const std::string& file,
                         const std::vector<LayoutEntry>& entries);

}  // namespace dregs
