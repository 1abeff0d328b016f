#include "gc/guard/look_again.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <vector>

#include "scanner/disk/scan.h"

namespace dregs {
namespace {

Inventory look(int v2, const StopRequest& stop) {
  ScanProgress progress;
  return scan_repositories(v2, stop, progress);
}

std::optional<std::uint32_t> position(const Inventory& inventory,
                                      const std::string& name) {
  const auto& all = inventory.repositories;
  const auto at = std::lower_bound(
      all.begin(), all.end(), name,
      [](const Repository& a, const std::string& b) { return a.name < b; });
  if (at == all.end() || at->name != name) return std::nullopt;
  return static_cast<std::uint32_t>(at - all.begin());
}

bool has_path(const NamespaceFolder& a, const NamespaceFolder& b) {
  return a.path < b.path;
}

template <class T>
bool only_of(const std::vector<T>& now, const std::vector<T>& before) {
  return std::includes(before.begin(), before.end(), now.begin(), now.end());
}

template <class T, class Key>
bool only_of(const std::vector<T>& now, const std::vector<T>& before, Key key) {
  return std::includes(before.begin(), before.end(), now.begin(), now.end(),
                       [&](const T& a, const T& b) { return key(a) < key(b); });
}

bool has_news(const Repository& now, const Repository& before) {
  const auto tag = [](const Tag& t) { return std::tie(t.name, t.current); };
  return !only_of(now.revisions, before.revisions) ||
         !only_of(now.layers, before.layers) ||
         !only_of(now.aliases, before.aliases) ||
         !only_of(now.led_to, before.led_to) ||
         !only_of(now.pins, before.pins) ||
         !only_of(now.tags, before.tags, tag);
}

template <class T>
bool has(const std::vector<T>& sorted, const T& value) {
  return std::binary_search(sorted.begin(), sorted.end(), value);
}

// A folder that was empty before, or whose link the sweep removed and that
// stays for something else in it.
template <class T>
bool was_folder(const T& name, const std::vector<T>& empty,
                const std::vector<T>& linked) {
  return has(empty, name) || has(linked, name);
}

// How a push begins: an upload, or a folder whose link is on its way. A removal
// that failed may look like either.
bool has_beginnings(const Repository& now, const Repository& before) {
  const auto upload = [](const Upload& u) {
    return std::tie(u.id, u.bytes, u.changed_ns);
  };
  const auto were_folders = [](const auto& names, const auto& empty,
                               const auto& linked) {
    return std::all_of(names.begin(), names.end(), [&](const auto& name) {
      return was_folder(name, empty, linked);
    });
  };
  std::vector<std::string> aliases;
  for (const LayerAlias& alias : before.aliases)
    aliases.push_back(alias.digest);
  return !only_of(now.uploads, before.uploads, upload) ||
         !were_folders(now.empty_revisions, before.empty_revisions,
                       before.revisions) ||
         !were_folders(now.empty_layers, before.empty_layers, before.layers) ||
         !were_folders(now.empty_aliases, before.empty_aliases, aliases);
}

bool is_there(const Removal& removal, const Repository& now) {
  const auto is_named = [&](const auto& each) {
    return each == removal.name.text();
  };
  switch (removal.kind) {
    case RemovalKind::revision:
      return has(now.revisions, removal.digest);
    case RemovalKind::layer_link:
      if (removal.name.empty()) return has(now.layers, removal.digest);
      return std::any_of(
          now.aliases.begin(), now.aliases.end(),
          [&](const LayerAlias& alias) { return is_named(alias.digest); });
    case RemovalKind::tag:
      return std::any_of(now.tags.begin(), now.tags.end(), [&](const Tag& tag) {
        return tag.current && is_named(tag.name);
      });
    default:
      return false;
  }
}

}  // namespace

Change changed_since(const Inventory& before, int v2, const StopRequest& stop) {
  const Inventory now = look(v2, stop);
  return stop.requested() ? Change() : changed_since(before, now);
}

Change changed_since(const Inventory& before, const Inventory& now) {
  const std::vector<Repository>& old_ones = before.repositories;
  const std::vector<Repository>& new_ones = now.repositories;
  const auto [old_one, new_one] = std::mismatch(
      old_ones.begin(), old_ones.end(), new_ones.begin(), new_ones.end(),
      [](const Repository& a, const Repository& b) {
        return a.name == b.name && a.fingerprint == b.fingerprint;
      });
  if (old_one != old_ones.end()) return {true, old_one->name};
  if (new_one != new_ones.end()) return {true, new_one->name};
  // A repository begins as a folder with nothing in it.
  return {!std::equal(before.namespaces.begin(), before.namespaces.end(),
                      now.namespaces.begin(), now.namespaces.end(),
                      [](const NamespaceFolder& a, const NamespaceFolder& b) {
                        return a.path == b.path;
                      }),
          {}};
}

Change written_since(const Inventory& before, const Plan& plan,
                     const std::set<std::uint32_t>& failed, int v2,
                     const StopRequest& stop) {
  const Inventory now = look(v2, stop);
  return stop.requested() ? Change() : written_since(before, plan, failed, now);
}

Change written_since(const Inventory& before, const Plan& plan,
                     const std::set<std::uint32_t>& failed,
                     const Inventory& now) {
  std::vector<const Repository*> now_at(before.repositories.size());
  for (const Repository& repository : now.repositories) {
    const auto at = position(before, repository.name);
    if (!at || has_news(repository, before.repositories[*at]))
      return {true, repository.name};
    if (failed.contains(*at)) continue;
    if (has_beginnings(repository, before.repositories[*at]))
      return {true, repository.name};
    now_at[*at] = &repository;
  }
  for (const Removal& removal : plan.removals)
    if (removal.repository != kNoRepository &&
        now_at[removal.repository] != nullptr &&
        is_there(removal, *now_at[removal.repository]))
      return {true, before.repositories[removal.repository].name};
  return {now.obstacles.size() > before.obstacles.size() ||
              !std::includes(before.namespaces.begin(), before.namespaces.end(),
                             now.namespaces.begin(), now.namespaces.end(),
                             has_path),
          {}};
}

}  // namespace dregs
