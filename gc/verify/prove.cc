#include "gc/verify/prove.h"

#include <algorithm>
#include <iterator>

#include "gc/mark/needed_by.h"
#include "scanner/formats/append.h"
#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

void add_missing(const std::vector<std::string>& from,
                 const std::vector<std::string>& known,
                 std::vector<std::string>& to) {
  std::set_difference(from.begin(), from.end(), known.begin(), known.end(),
                      std::back_inserter(to));
}

}  // namespace

Proof prove(const Survey& survey) {
  Proof proof;
  for (const Repository& repository : survey.inventory.repositories) {
    proof.tags += repository.tags.size();
    proof.revisions += repository.revisions.size();
  }
  std::vector<Finding> breaking;
  for (const Finding& finding : survey.diagnosis.findings)
    if (breaks_images(finding)) breaking.push_back(finding);
  for (HurtImages& hurt : hurt_by(survey.inventory, survey.graph, breaking)) {
    append(proof.broken_tags, std::move(hurt.tags));
    append(proof.broken_revisions, std::move(hurt.revisions));
  }
  sort_unique(proof.broken_tags);
  sort_unique(proof.broken_revisions);
  return proof;
}

std::vector<std::string> newly_broken(const Proof& before, const Proof& after) {
  std::vector<std::string> images;
  add_missing(after.broken_tags, before.broken_tags, images);
  add_missing(after.broken_revisions, before.broken_revisions, images);
  std::sort(images.begin(), images.end());
  return images;
}

}  // namespace dregs
