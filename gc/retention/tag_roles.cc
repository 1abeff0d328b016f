#include "gc/retention/tag_roles.h"

#include <fmt/format.h>

#include <algorithm>

namespace dregs {
namespace {

using Kind = TagRole::Kind;

class RoleFinder {
 public:
  RoleFinder(const RetentionInput& input, std::size_t i,
             const RepositoryImages& images)
      : input_(input),
        repository_(input.survey.inventory.repositories[i]),
        ids_(input.survey.graph.repository(i)),
        used_(input.used.repositories[i]),
        images_(images),
        rules_(rules_for(input.policy.rules, repository_.name)) {}

  TagRole find(std::uint32_t t) const {
    TagRole role;
    find_rule(repository_.tags[t].name, role);
    role.reason = why_kept(t);
    if (!role.reason.empty())
      role.kind = Kind::kept;
    else
      find_kind(t, role);
    return role;
  }

 private:
  void find_rule(const std::string& name, TagRole& role) const {
    for (const NumberedRule<TagRule>& each : rules_)
      if (const NamePattern* pattern = first_match(each.rule->tags, name)) {
        role.rule = each.number;
        role.pattern = pattern;
        return;
      }
  }

  std::string why_kept(std::uint32_t t) const {
    const Tag& tag = repository_.tags[t];
    if (!tag.current) return "unreadable: nobody can tell what it names";
    if (tag.holds_foreign) return "its folder holds what no registry wrote";
    if (const NamePattern* pattern =
            first_match(input_.policy.protected_tags, tag.name))
      return fmt::format("protected: {}", pattern->text());
    if (const auto use = used_.tags.find(t); use != used_.tags.end())
      return fmt::format("in use: {}", use->second);
    const DigestId id = ids_.tags[t];
    if (const auto use = used_.manifests.find(id); use != used_.manifests.end())
      return fmt::format("in use: {}", use->second);
    const ManifestNode* node = input_.survey.graph.node(id);
    if (node == nullptr || !node->understood())
      return "unreadable: nobody can tell what its manifest needs";
    return {};
  }

  void find_kind(std::uint32_t t, TagRole& role) const {
    const std::string& name = repository_.tags[t].name;
    if (is_signature_name(name)) return find_subject(name, role);
    const DigestId id = ids_.tags[t];
    if (images_.is_child(id)) {
      role.kind = Kind::child;
      return;
    }
    switch (images_.subject_state(id)) {
      case SubjectState::none:
        return;
      case SubjectState::here:
        role.kind = Kind::referrer;
        return;
      case SubjectState::absent:
        role.kind = Kind::orphan;
        return;
      case SubjectState::elsewhere:
        return keep_elsewhere(role);
      case SubjectState::unknown:
        role.kind = Kind::kept;
        role.reason = "unreadable: nobody can tell what it refers to";
    }
  }

  static void keep_elsewhere(TagRole& role) {
    role.kind = Kind::kept;
    role.reason = "what it refers to is in another repository";
  }

  void find_subject(const std::string& name, TagRole& role) const {
    const auto digest = subject_in_name(name);
    if (!digest) {
      role.kind = Kind::kept;
      role.reason = "a signature's name without a whole digest";
      return;
    }
    const Survey& survey = input_.survey;
    const DigestId id = survey.graph.find(survey.inventory, *digest);
    const bool here = id != kNoDigest && images_.is_here(id);
    if (!here && id != kNoDigest && survey.graph.present(id))
      return keep_elsewhere(role);
    role.kind = here ? Kind::signature : Kind::orphan;
    if (here) role.subject = id;
  }

  const RetentionInput& input_;
  const Repository& repository_;
  const RepositoryIds& ids_;
  const UsedParts& used_;
  const RepositoryImages& images_;
  std::vector<NumberedRule<TagRule>> rules_;
};

}  // namespace

std::vector<TagRole> roles_of_tags(const RetentionInput& input,
                                   std::size_t repository,
                                   const RepositoryImages& images) {
  const RoleFinder finder(input, repository, images);
  const std::size_t count =
      input.survey.inventory.repositories[repository].tags.size();
  std::vector<TagRole> roles;
  roles.reserve(count);
  for (std::uint32_t t = 0; t < count; ++t) roles.push_back(finder.find(t));
  return roles;
}

}  // namespace dregs
