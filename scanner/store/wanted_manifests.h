// WantedManifests are the blobs that are to be read as manifests: each once,
// and once more where it was looked at and passed over before something said
// that it is one.
//
// One thread wants. While none does, any number may ask is_declared().
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "scanner/inventory/manifest_graph.h"

namespace dregs {

enum class Wanted : std::uint8_t { no, if_it_looks_like_one, as_manifest };

// How what a manifest names in this role is to be read.
Wanted wanted_by(ReferenceRole role);

class WantedManifests {
 public:
  // Ids from `stored` on are of nothing that could be read.
  explicit WantedManifests(std::size_t stored) : wanted_(stored) {}

  void want(DigestId id, Wanted how);
  // Whether something says that it is a manifest.
  bool is_declared(DigestId id) const {
    return wanted_[id] == Wanted::as_manifest;
  }
  // It was read, and does not look like a manifest.
  void pass_over(DigestId id) { passed_over_.push_back(id); }
  // Wants again what was passed over and is declared by now.
  void want_again_what_is_declared();
  // What is wanted since the last call, in the order of wanting.
  std::vector<DigestId> take_wave() { return std::exchange(wave_, {}); }

 private:
  std::vector<Wanted> wanted_;  // by id
  std::vector<DigestId> wave_;
  std::vector<DigestId> passed_over_;
};

}  // namespace dregs
