// What a real browser makes of a page: headless Chromium.
#pragma once

#include <filesystem>
#include <string>

namespace dregs {

bool has_browser();

// The document once its scripts have run, as HTML. The browser's own files go
// beside the page.
std::string dom_of(const std::filesystem::path& page);

}  // namespace dregs
