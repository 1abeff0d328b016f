// --help: 80 columns, in the form that help2man reads. Pure.
#pragma once

#include <string>

#include "cli/arguments/command_tree.h"

namespace dregs {

// `path`: the command; it and those above it are in `root`. `footer` is the
// last paragraph before the examples.
std::string help_text(const Command& root, const std::vector<std::string>& path,
                      const std::string& footer);

}  // namespace dregs
