// The files that AWS' tools share, ~/.aws/credentials and ~/.aws/config, from
// bytes to a profile. Pure functions; any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dregs {

using Profile = std::map<std::string, std::string>;

// The settings of one profile; none where the file has no such profile.
// Sections of the config file are called "profile NAME", but for "default".
// Indented lines belong to the setting above them and are skipped.
std::optional<Profile> find_profile(std::string_view file,
                                    std::string_view name);

}  // namespace dregs
