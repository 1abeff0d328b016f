#include "cli/pages/page_text.h"

#include "cli/output/json_document.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

// JSON is no markup once it has no "<": neither "</script>" nor "<!--".
std::string without_markup(const std::string& json) {
  std::string safe;
  safe.reserve(json.size());
  for (const char c : json)
    if (c == '<')
      safe += "\\u003c";
    else
      safe += c;
  return safe;
}

}  // namespace

std::string json_text(std::string_view text) { return Json(utf8(text)).dump(); }

std::string page_with(const EmbeddedPage& page, const std::string& json) {
  return page.head + without_markup(json) + page.tail;
}

}  // namespace dregs
