// What one thread sees beside links and data. One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "scanner/inventory/inventory.h"

namespace dregs {

inline constexpr std::uint32_t kNoRepository = ~std::uint32_t{0};

// An open folder that holds folders with links or data.
struct FolderAbove {
  int at = -1;                               // borrowed
  std::string path;                          // relative to v2
  std::uint32_t repository = kNoRepository;  // position; none below blobs
  std::uint64_t device = 0;
};

struct SeenBeside {
  // Of a repository, by its position, or of none.
  template <class T>
  struct Of {
    std::uint32_t repository = kNoRepository;
    T what;
  };

  std::vector<Of<TemporaryFile>> temporary_files;
  std::vector<Of<Finding>> findings;
  Litter litter;
  std::vector<std::string> occupied;
  std::vector<std::uint32_t> foreign_in;  // repositories
  std::vector<std::pair<std::uint32_t, std::uint32_t>> foreign_tags;

  // What is not the registry's. False of litter. `path` is relative to v2.
  bool note_foreign(std::string_view name, const std::string& path,
                    std::uint32_t repository);
  // What cannot be listed may hold anything. `error` is an errno.
  void cannot_list(const FolderAbove& above, const std::string& name,
                   int error);
};

void gather(SeenBeside& seen, Inventory& inventory);

}  // namespace dregs
