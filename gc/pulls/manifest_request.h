// Says which manifest a request to a registry asks for. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dregs {

struct RequestedManifest {
  std::string repository;  // neither is checked
  std::string reference;
};

// Reads "/v2/REPOSITORY/manifests/REFERENCE". A prefix or a host may stand
// before it, a query behind it. It may be percent-encoded.
std::optional<RequestedManifest> manifest_of(std::string_view target);

// Is true where the request is for a registry. Other sites may write into the
// same log.
bool is_for_a_registry(std::string_view target);

}  // namespace dregs
