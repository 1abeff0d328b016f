// Files that the user names: the only ones that dregs writes beside what it
// removes, and what it reads back of them.
#pragma once

#include <string>

#include "cli/opened_store.h"

namespace dregs {

// All of it. Throws std::runtime_error where it cannot be read.
std::string read_file(const std::string& file);

// On stdout where `file` is "-". Throws std::runtime_error where it cannot be
// written, or where it would lie in the registry's folder.
void write_file(const std::string& text, const std::string& file,
                const OpenedStore& store);

// The same for a file that others read at any moment: they see all of the old
// text or all of the new. FILE.tmp goes on the way.
void replace_file(const std::string& text, const std::string& file,
                  const OpenedStore& store);

}  // namespace dregs
