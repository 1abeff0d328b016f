// The one way in which a name from the disk, or a word of the user, gets into
// what a person reads. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

namespace dregs {

// Bytes as they are but for backslashes, what is not UTF-8, and what a terminal
// obeys or does not show: controls, bidirectional overrides, characters of no
// width. Those become \\, \xff, \n …: no name may move a cursor, hide a part of
// itself or look like another.
std::string escaped(std::string_view bytes);

// The same, but for the ends of lines, which stay.
std::string escaped_lines(std::string_view bytes);

// For a finished message, before it leaves: the same without the backslashes,
// so that what was escaped already is not escaped again.
std::string printable(std::string_view text);
std::string printable_lines(std::string_view text);

// The same for JSON, which escapes control bytes itself: only what is not
// UTF-8 becomes \xff.
std::string utf8(std::string_view bytes);

}  // namespace dregs
