// A page that dregs wrote: its text, its data, and what a browser makes of it.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace dregs {

std::string text_of_page(const std::filesystem::path& page);

// What the script of the page draws.
nlohmann::json data_in(const std::string& page);

std::size_t occurrences(const std::string& text, const std::string& what);

// The document of the same page, in which somebody then does what `script`
// says.
std::string dom_after(const std::filesystem::path& page,
                      const std::string& script);

// Of the first `data-NAME` in the document; empty where there is none.
std::string data_attribute(const std::string& dom, const std::string& name);

}  // namespace dregs
