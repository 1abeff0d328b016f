// Whatever a link's bytes: only exactly one digest, as the registry writes
// it, is sound, and it reads back as the same text.
#include "scanner/files/link.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/require.h"

namespace dregs {

void fuzz_link(std::string_view bytes) {
  const Link link = parse_link(bytes);
  require(link.state == LinkState::sound || link.state == LinkState::malformed,
          "content is sound or malformed");
  if (link.state == LinkState::malformed) {
    require(!link.target && link.other_digest.empty(),
            "a malformed link leads nowhere");
    return;
  }
  require(link.target.has_value() != !link.other_digest.empty(),
          "a sound link names one digest");
  const std::string text =
      link.target ? link.target->to_string() : link.other_digest;
  require(text == bytes, "a sound link reads back as it was written");
}

}  // namespace dregs

#ifndef DREGS_REPLAY
void fuzz_one(std::string_view bytes);
void fuzz_one(std::string_view bytes) { dregs::fuzz_link(bytes); }
#endif
