#include "tests/browser.h"

#include <stdexcept>

#include "tests/run_program.h"

namespace dregs {

bool has_browser() {
  return run_program({"chromium", "--version"}).exit_code == 0;
}

std::string dom_of(const std::filesystem::path& page) {
  const ProgramResult result = run_program(
      {"chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
       "--disable-dev-shm-usage", "--no-first-run", "--window-size=1280,1000",
       "--user-data-dir=" + (page.parent_path() / "profile").string(),
       "--dump-dom", "file://" + page.string()});
  if (result.out.empty()) throw std::runtime_error(result.err);
  return result.out;
}

}  // namespace dregs
