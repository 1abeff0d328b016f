#include "tests/paths.h"

namespace dregs {

// The only source that is compiled anew for each checkout.
const char* const kDregsProgram = DREGS_BINARY;
const char* const kSourceFolder = DREGS_SOURCE_DIR;

}  // namespace dregs
