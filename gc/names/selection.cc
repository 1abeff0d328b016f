#include "gc/names/selection.h"

#include <algorithm>

#include "scanner/formats/escaped.h"
#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

std::string quoted(const std::string& name) {
  return "'" + escaped(name) + "'";
}

// The positions of what `word` names. A word that is the whole name of
// something means that alone, whatever else it could match as a glob: `rm` must
// not take "ab" where "a[b]" was meant and is there.
template <class Named>
std::vector<std::uint32_t> meant_by(const std::string& word,
                                    const std::vector<Named>& all) {
  std::vector<std::uint32_t> matches;
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (all[i].name == word) return {i};
    if (glob_matches(word, all[i].name)) matches.push_back(i);
  }
  return matches;
}

// As a glob that matches nothing but itself.
std::string literal(const std::string& name) {
  std::string glob;
  for (const char c : name) {
    if (is_glob(std::string_view(&c, 1))) glob += '\\';
    glob += c;
  }
  return glob;
}

class Selector {
 public:
  Selector(const Inventory& inventory, Unmatched unmatched)
      : inventory_(inventory), unmatched_(unmatched) {}

  std::vector<Selected> run(const std::vector<ImageRef>& refs) {
    for (const ImageRef& ref : refs) select_one(ref);
    sort_unique(selected_);
    return std::move(selected_);
  }

 private:
  void select_one(const ImageRef& ref) {
    const std::size_t before = selected_.size();
    const std::vector<std::uint32_t> repositories =
        meant_by(ref.repository, inventory_.repositories);
    for (const std::uint32_t i : repositories) select_in(i, ref);
    if (selected_.size() > before || unmatched_ == Unmatched::is_nothing)
      return;
    throw SelectionError(repositories.empty()
                             ? no_repository(ref)
                             : nothing_inside(ref, repositories));
  }

  void select_in(std::uint32_t i, const ImageRef& ref) {
    const Repository& repository = inventory_.repositories[i];
    if (ref.hex) return select_manifest(i, repository, ref);
    if (!ref.tag) return selected_.push_back({i});
    for (const std::uint32_t t : meant_by(*ref.tag, repository.tags))
      selected_.push_back({i, t});
  }

  void select_manifest(std::uint32_t i, const Repository& repository,
                       const ImageRef& ref) {
    std::vector<Digest> found;
    for (const Digest& digest : manifests_of(repository))
      if (digest.hex().starts_with(*ref.hex)) found.push_back(digest);
    if (found.size() > 1) throw SelectionError(ambiguous(ref, found));
    if (!found.empty()) selected_.push_back({i, std::nullopt, found.front()});
  }

  static std::string ambiguous(const ImageRef& ref,
                               const std::vector<Digest>& found) {
    std::string text = quoted(ref.text) + " could be any of";
    for (const Digest& digest : found) text += "\n  " + digest.to_string();
    return text;
  }

  static std::string suggestion(const std::string& wanted,
                                const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : nearest_names(wanted, names))
      text += (text.empty() ? "; did you mean " : " or ") + quoted(name);
    return text.empty() ? text : text + "?";
  }

  std::string no_repository(const ImageRef& ref) const {
    std::vector<std::string> names;
    for (const Repository& each : inventory_.repositories)
      names.push_back(each.name);
    return (is_glob(ref.repository) ? "no repository matches "
                                    : "no repository is called ") +
           quoted(ref.repository) + suggestion(ref.repository, names);
  }

  std::string nothing_inside(
      const ImageRef& ref,
      const std::vector<std::uint32_t>& repositories) const {
    if (ref.hex)
      return quoted(ref.repository) + " has no manifest sha256:" + *ref.hex;
    std::vector<std::string> names;
    for (const std::uint32_t i : repositories)
      for (const Tag& tag : inventory_.repositories[i].tags)
        names.push_back(tag.name);
    return (is_glob(*ref.tag)
                ? "no tag of " + quoted(ref.repository) + " matches "
                : quoted(ref.repository) + " has no tag ") +
           quoted(*ref.tag) + suggestion(*ref.tag, names);
  }

  const Inventory& inventory_;
  Unmatched unmatched_;
  std::vector<Selected> selected_;
};

}  // namespace

ImageRef nested_in(const ImageRef& ref, const Inventory& inventory) {
  const std::vector<Repository>& all = inventory.repositories;
  const bool is_a_name = std::any_of(
      all.begin(), all.end(),
      [&](const Repository& each) { return each.name == ref.repository; });
  return {ref.text,
          (is_a_name ? literal(ref.repository) : ref.repository) + "/**"};
}

std::vector<Digest> manifests_of(const Repository& repository) {
  std::vector<Digest> all = repository.revisions;
  for (const Tag& tag : repository.tags)
    if (tag.current) all.push_back(*tag.current);
  sort_unique(all);
  return all;
}

std::vector<Selected> select(const Inventory& inventory,
                             const std::vector<ImageRef>& refs,
                             Unmatched unmatched) {
  return Selector(inventory, unmatched).run(refs);
}

void require_matches(const Inventory& inventory,
                     const std::vector<ImageRef>& refs) {
  Selector(inventory, Unmatched::is_an_error).run(refs);
}

}  // namespace dregs
