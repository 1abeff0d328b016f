// The pages of `du --html` and `retain --html` as embed.cmake puts them
// together: what comes before the JSON, and what comes behind it.
#pragma once

namespace dregs {

struct EmbeddedPage {
  const char* head = nullptr;
  const char* tail = nullptr;
};

extern const EmbeddedPage kDuPage;
extern const EmbeddedPage kRetainPage;

}  // namespace dregs
