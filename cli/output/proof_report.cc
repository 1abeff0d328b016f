#include "cli/output/proof_report.h"

#include <fmt/format.h>

#include "scanner/formats/text.h"

namespace dregs {

Json to_json(const std::optional<LookBack>& look_back) {
  if (!look_back) return nullptr;
  const Proof& proof = look_back->proof;
  Json json;
  json["tags"] = proof.tags;
  json["revisions"] = proof.revisions;
  json["broken_tags"] = texts(proof.broken_tags);
  json["broken_revisions"] = texts(proof.broken_revisions);
  json["newly_broken"] = texts(look_back->newly_broken);
  return json;
}

void print_text(const LookBack& look_back) {
  const Proof& proof = look_back.proof;
  const std::uint64_t broken =
      proof.broken_tags.size() + proof.broken_revisions.size();
  fmt::print("Looked again: {} and {}, {}.\n",
             counted(proof.tags, "tag", "tags"),
             counted(proof.revisions, "manifest", "manifests"),
             broken == 0 ? "each has all that it needs"
                         : grouped(broken) + " broken, see below");
  for (const std::string& image : look_back.newly_broken)
    fmt::print("  broken by this run or beside it: {}\n", escaped(image));
}

}  // namespace dregs
