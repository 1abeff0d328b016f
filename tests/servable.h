// What a registry server could not serve (format.md#7.1), told from the disk by
// the reference reader and no code of the engine's.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace dregs {

// Every tag, "app:v1", and revision, "app@sha256:…", with each manifest, blob
// and link that it needs and that is not there.
std::map<std::string, std::set<std::string>> images_and_what_they_lack(
    const std::filesystem::path& v2);

}  // namespace dregs
