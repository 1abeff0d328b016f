#include "gc/names/named_image.h"

#include <fmt/format.h>

#include "gc/names/selection.h"
#include "scanner/formats/escaped.h"

namespace dregs {

std::string NamedImage::text(const Inventory& inventory) const {
  const std::string& name = inventory.repositories[repository].name;
  return tag.empty() ? name + "@" + digest.to_string() : name + ":" + tag;
}

NamedImage named_image(const Inventory& inventory, const ImageRef& ref) {
  const std::vector<Selected> found = select(inventory, {ref});
  if (found.size() > 1)
    throw SelectionError(
        fmt::format("'{}' names {} images; name one, REPO:TAG or REPO@DIGEST",
                    escaped(ref.text), found.size()));
  const Repository& repository = inventory.repositories[found[0].repository];
  if (found[0].digest) return {found[0].repository, "", *found[0].digest};
  if (!found[0].tag)
    throw SelectionError(
        fmt::format("'{}' names a repository; name an image of it, {}:TAG",
                    escaped(ref.text), escaped(ref.text)));
  const Tag& tag = repository.tags[*found[0].tag];
  if (!tag.current)
    throw SelectionError(fmt::format(
        "'{}' names nothing: its link is missing or damaged; dregs ls {} says "
        "more",
        escaped(ref.text), escaped(repository.name)));
  return {found[0].repository, tag.name, *tag.current};
}

}  // namespace dregs
