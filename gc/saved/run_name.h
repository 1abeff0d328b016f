// The name of a run's folder in the trash or in quarantine.
#pragma once

#include <string>

namespace dregs {

// "20261121T191500Z-4242": in order of time, and two at once differ.
std::string name_of_run();

}  // namespace dregs
