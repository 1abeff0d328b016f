// Which manifest a request to a registry is about. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dregs {

struct RequestedManifest {
  std::string repository;  // neither is checked
  std::string reference;
};

// Of "/v2/REPOSITORY/manifests/REFERENCE", behind a prefix or a host and before
// a query, perhaps percent-encoded.
std::optional<RequestedManifest> manifest_of(std::string_view target);

// Whether a registry was asked at all: other sites write into the same log.
bool is_for_a_registry(std::string_view target);

}  // namespace dregs
