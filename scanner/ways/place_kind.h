// What a place of the store is, by its path alone, which is relative to v2; ""
// is v2 itself. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace dregs {

// Whether it is a folder of repositories, or all of v2, and not a part of one.
bool holds_whole_repositories(std::string_view place);

// The repository in whose own structure the path lies, which is relative to
// repositories/; nullopt where it lies in none.
std::optional<std::string_view> owner_of(std::string_view path);

// Of blobs/sha256/<xx>/<hex> the last component.
inline constexpr std::size_t kBlobDepth = 3;

// Counted from 0; empty beyond the last one.
std::string_view component(std::string_view path, std::size_t nth);

}  // namespace dregs
