// Files and folders by the folder that they are in and their name there: the
// same whatever symbolic links and mounts lead to that folder.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <tuple>

namespace dregs {

using FileIdentity = std::tuple<dev_t, ino_t, std::string>;
using FileIdentities = std::map<std::string, FileIdentity>;  // by path

// Of all below `folder`, with `prefix` before the paths relative to it.
// Symbolic links are not followed.
void add_identities(FileIdentities& found, const std::filesystem::path& folder,
                    const std::string& prefix);

// Of what is named from the root, by whatever links lead there.
std::set<FileIdentity> identities_of(const std::set<std::string>& paths,
                                     const std::filesystem::path& root);

// Whether the file itself, or a folder that holds it, is one of `named`.
bool is_at_or_below(const std::string& path, const FileIdentities& files,
                    const std::set<FileIdentity>& named);

}  // namespace dregs
