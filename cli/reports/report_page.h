// The page of `du --html`, with its chart library, as cli/report_page has it;
// between the two parts goes the JSON. Made by embed.cmake.
#pragma once

namespace dregs {

extern const char* const kPageHead;
extern const char* const kPageTail;

}  // namespace dregs
