// What the pages share: JSON that is made by hand, and a page around it. Pure;
// any number of threads may call.
#pragma once

#include <string>
#include <string_view>

#include "cli/pages/embedded_pages.h"

namespace dregs {

// A JSON string, with its quotes.
std::string json_text(std::string_view text);

// Names come from a disk that anybody may have written to: nothing in the JSON
// is markup.
std::string page_with(const EmbeddedPage& page, const std::string& json);

}  // namespace dregs
