// DiskLinkWriter writes links of a store on a disk, by put_link().
#pragma once

#include <string>

#include "gc/heal/link_writer.h"
#include "gc/remove/opened_parts.h"

namespace dregs {

class DiskLinkWriter final : public LinkWriter {
 public:
  explicit DiskLinkWriter(int v2);  // borrowed

  FoundLink find(const std::string& path) override;
  LinkOutcome replace(const std::string& path, const FoundLink& over,
                      const Digest& digest) override;
  std::string sync() override;

 private:
  OpenedParts parts_;
};

}  // namespace dregs
