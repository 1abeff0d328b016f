// What a removal is called: the folder of a link, of a blob's data or of an
// upload, which goes with all that it holds.
#pragma once

#include <set>
#include <string>

namespace dregs {

// Of a file's path relative to v2; a temporary file stands for itself.
std::string removal_unit(const std::string& path);
std::set<std::string> removal_units(const std::set<std::string>& paths);

}  // namespace dregs
