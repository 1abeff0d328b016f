#include "scanner/keys/key_entries.h"

#include <algorithm>
#include <cerrno>

namespace dregs {
namespace {

Link link_in_state(LinkState state, int error = 0) {
  Link link;
  link.state = state;
  link.error = error;
  return link;
}

bool is_below(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path[folder.size()] == '/' &&
         path.starts_with(folder);
}

}  // namespace

std::vector<KeyEntry> entries_of(std::string_view folder,
                                 std::span<const OtherKey> keys) {
  std::vector<KeyEntry> entries;
  const std::size_t start = folder.empty() ? 0 : folder.size() + 1;
  for (std::size_t i = 0; i < keys.size();) {
    const std::string_view below = keys[i].below;
    KeyEntry& entry = entries.emplace_back();
    entry.path = below.substr(0, below.find('/', start));
    entry.name = entry.path.substr(start);
    if (entry.path.size() == below.size()) entry.file = &keys[i++];
    const std::size_t first = i;
    while (i < keys.size() && is_below(keys[i].below, entry.path)) ++i;
    entry.inside = keys.subspan(first, i - first);
  }
  return entries;
}

KeyEntry entry_called(std::string_view name,
                      const std::vector<KeyEntry>& entries) {
  const auto found = std::ranges::find(entries, name, &KeyEntry::name);
  return found == entries.end() ? KeyEntry() : *found;
}

Link link_in(const KeyEntry& folder) {
  if (folder.file != nullptr && !folder.is_folder())
    return link_in_state(LinkState::unreadable, ENOTDIR);
  const KeyEntry link =
      entry_called("link", entries_of(folder.path, folder.inside));
  if (link.file != nullptr)
    return link.file->link.value_or(
        link_in_state(LinkState::unreadable, ECANCELED));
  return link_in_state(link.is_folder() ? LinkState::not_regular
                                        : LinkState::missing);
}

}  // namespace dregs
