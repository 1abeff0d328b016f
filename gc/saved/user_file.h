// Files that the user names: the only ones that dregs writes beside what it
// removes, and what it reads back of them.
#pragma once

#include <string>

#include "scanner/disk/root.h"

namespace dregs {

// All of it. Throws std::runtime_error where it cannot be read.
std::string read_file(const std::string& file);

// Whoever reads sees all of the old text or all of the new, also after a power
// cut; where it fails, nothing is left of the new. Symbolic links are followed;
// pipes and devices are written to. Throws std::runtime_error where it cannot
// be written, or where it would lie in the registry's folder.
void replace_file(const std::string& text, const std::string& file,
                  const ResolvedRoot& root);
// The same where there is no registry on this machine.
void replace_file(const std::string& text, const std::string& file);

}  // namespace dregs
