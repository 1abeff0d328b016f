// What a shell needs to complete commands, flags, their values, and the names
// of repositories and tags, for which it calls `dregs ls --names`. Pure.
#pragma once

#include <string>

#include "cli/arguments/command_tree.h"

namespace dregs {

std::string bash_completion(const Command& root);
std::string zsh_completion(const Command& root);
std::string fish_completion(const Command& root);

}  // namespace dregs
