// Runs dregs as somebody whom permissions bind: root reads and removes
// whatever it likes.
#pragma once

#include <string>
#include <vector>

#include "tests/store_builder.h"

namespace dregs {

// What stands before kDregsProgram to start it as nobody where this process is
// root; empty where it is an ordinary user anyway.
const std::vector<std::string>& as_ordinary_user();

// A name of dregs by which that user reaches it: the program itself, or one in
// the folder of temporary files for as long as this process lives, since a
// checkout may lie below /root.
const std::string& program_for_ordinary_user();

// False where dregs cannot be started that way: no setpriv, or a folder of
// temporary files that nobody may enter.
bool can_be_ordinary_user();

// Gives the store, which root built, to that user.
void give_to_ordinary_user(const StoreBuilder& store);

}  // namespace dregs
