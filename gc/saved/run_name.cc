#include "gc/saved/run_name.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <ctime>

namespace dregs {

std::string name_of_run() {
  return fmt::format("{:%Y%m%dT%H%M%SZ}-{}", fmt::gmtime(std::time(nullptr)),
                     ::getpid());
}

}  // namespace dregs
