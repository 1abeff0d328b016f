// Text as a part of a URL: all but letters, digits and -._~ becomes %XX. Pure.
#pragma once

#include <string>
#include <string_view>

namespace dregs {

// '/' stays.
std::string escaped_path(std::string_view path);
// Of a query or a form, or of one component of a path.
std::string escaped_word(std::string_view word);

}  // namespace dregs
