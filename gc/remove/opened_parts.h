// The folders below which a run removes: v2, and the parts of the store that
// are elsewhere, each opened once. What is removed is reached from there,
// through no symbolic link and onto no other filesystem. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scanner/files/descriptor.h"
#include "scanner/ways/store_parts.h"

namespace dregs {

class OpenedParts {
 public:
  // `v2` is borrowed. A part that is another folder than the scan saw counts as
  // one that cannot be opened.
  OpenedParts(int v2, const std::vector<StorePart>& parts);

  // The folder at a path relative to v2; invalid with errno set, EXDEV where
  // its part is not what the scan saw.
  Descriptor open(const std::string& folder) const;
  std::uint64_t device_of(std::string_view path) const;
  // What was done is on every disk: 0, or an errno value.
  int sync() const;

 private:
  struct Part {
    StorePart part;
    Descriptor folder;
  };
  const Part* part_at(std::string_view path) const;

  int v2_;
  std::uint64_t device_ = 0;  // of v2
  std::vector<Part> parts_;
};

}  // namespace dregs
