// The two examples that close each command's --help. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dregs {

// `command` as in "trash ls"; empty: the program itself. Each example fits into
// a line of the help. None for a command that the table does not know.
std::vector<std::string> examples_of(std::string_view command);

}  // namespace dregs
