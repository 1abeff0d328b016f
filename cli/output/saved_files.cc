#include "cli/output/saved_files.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "cli/output/print_findings.h"

namespace dregs {

bool save_beside_report(const std::function<void()>& save, std::string& error,
                        ExitCode& code) {
  try {
    save();
    return true;
  } catch (const std::runtime_error& wrong) {
    print_error(wrong.what());
    error = wrong.what();
    code = std::max(code, ExitCode::could_not_run);
    return false;
  }
}

std::string text_before(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace dregs
