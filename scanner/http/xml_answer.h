// An answer in XML, read with distrust: no DOCTYPE, no entities but those of
// XML, nothing beyond a size, the root element that was asked for, and no
// element twice where one is expected. Throws StorageError("XML", ...)
// otherwise, whose message says what is wrong and leaves to the caller to say
// where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace dregs {

// A page of 1,000 keys of 1 KiB, every byte escaped, takes 4 MiB.
inline constexpr std::size_t kXmlBytesMax = 16U << 20U;

[[noreturn]] void refuse_xml(const std::string& what);

// Owns the document; one thread at a time.
class XmlAnswer {
 public:
  XmlAnswer(std::string_view xml, std::string_view root);
  pugi::xml_node root() const { return root_; }

 private:
  pugi::xml_document document_;
  pugi::xml_node root_;
};

// The text of the only child of that name.
std::optional<std::string> child_text(const pugi::xml_node& parent,
                                      const char* name);
std::string demand_text(const pugi::xml_node& parent, const char* name);

// Values of such children; what does not parse is refused.
bool demand_bool(const pugi::xml_node& parent, const char* name);
std::uint64_t demand_size(const pugi::xml_node& parent, const char* name);
// ns since the epoch, of "2026-11-27T11:05:00.000Z".
std::int64_t demand_time(const pugi::xml_node& parent, const char* name);

std::int64_t parse_time(std::string_view text);
// Of encoding-type=url: %XX, and '+' for a blank.
std::string url_decoded(std::string_view text);

}  // namespace dregs
