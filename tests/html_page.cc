#include "tests/html_page.h"

#include <fstream>
#include <sstream>

#include "tests/browser.h"

namespace dregs {

std::string text_of_page(const std::filesystem::path& page) {
  std::ifstream file(page);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

nlohmann::json data_in(const std::string& page) {
  const std::string start = R"(id="data">)";
  const std::size_t from = page.find(start) + start.size();
  return nlohmann::json::parse(
      page.substr(from, page.find("</script>", from) - from));
}

std::size_t occurrences(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + 1))
    ++found;
  return found;
}

std::string dom_after(const std::filesystem::path& page,
                      const std::string& script) {
  std::string text = text_of_page(page);
  text.insert(text.rfind("</body>"), "<script>" + script + "</script>");
  std::ofstream(page) << text;
  return dom_of(page);
}

std::string data_attribute(const std::string& dom, const std::string& name) {
  const std::string start = "data-" + name + "=\"";
  const std::size_t at = dom.find(start);
  if (at == std::string::npos) return "";
  const std::size_t first = at + start.size();
  return dom.substr(first, dom.find('"', first) - first);
}

}  // namespace dregs
