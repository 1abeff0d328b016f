// An ExportChoice says which images leave a store, and all blobs that they
// need. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gc/mark/survey.h"
#include "gc/names/selection.h"

namespace dregs {

struct ExportedImage {
  // REPO:TAG or REPO@sha256:HEX; empty: nobody named it, and its subject goes.
  std::string name;
  Digest digest;

  auto operator<=>(const ExportedImage&) const = default;
};

struct ExportedBlob {
  Digest digest;
  std::uint64_t bytes = 0;
  bool manifest = false;
  std::string repository;  // of the first image that needs it
  std::string needed_by;   // that image, REPO:TAG or REPO@DIGEST
};

struct ExportChoice {
  std::vector<ExportedImage> images;  // sorted
  std::vector<ExportedBlob> blobs;    // sorted by digest, each once
  // Why a part of it cannot leave: it is missing, damaged, or of a kind that an
  // OCI layout does not hold. Sorted.
  std::vector<Finding> findings;
};

// Takes every tag of a repository that is named. With an image go the children
// of an index, and whatever refers to one of these: by its subject, or by the
// name of a tag `sha256-HEX…`, as cosign writes it.
ExportChoice choose_export(const Survey& survey,
                           const std::vector<Selected>& selected);

}  // namespace dregs
