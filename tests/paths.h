// Where the program under test and the sources are, as absolute paths.
#pragma once

namespace dregs {

extern const char* const kDregsProgram;
extern const char* const kSourceFolder;

}  // namespace dregs
