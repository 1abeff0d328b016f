#include "gc/retention/tag_roles.h"

#include <fmt/format.h>

#include <algorithm>

namespace dregs {
namespace {

using Kind = TagRole::Kind;

// What the roles of one repository's tags are found from. All of it is
// borrowed.
struct RoleFacts {
  const RetentionInput& input;
  const Repository& repository;
  const RepositoryIds& ids;
  const UsedParts& used;
  const RepositoryImages& images;
};

// Finds the first rule that names the tag.
void find_rule(const std::vector<NumberedRule<TagRule>>& rules,
               const std::string& name, TagRole& role) {
  for (const NumberedRule<TagRule>& each : rules)
    if (const NamePattern* pattern = first_match(each.rule->tags, name)) {
      role.rule = each.number;
      role.pattern = pattern;
      return;
    }
}

// Returns an empty text where nothing but rules may keep the tag.
std::string why_kept(const RoleFacts& facts, std::uint32_t t) {
  const Tag& tag = facts.repository.tags[t];
  if (!tag.current) return "unreadable: nobody can tell what it names";
  if (tag.holds_foreign) return "its folder holds what no registry wrote";
  if (const NamePattern* pattern =
          first_match(facts.input.policy.protected_tags, tag.name))
    return fmt::format("protected: {}", pattern->text());
  const UsedParts& used = facts.used;
  if (const auto use = used.tags.find(t); use != used.tags.end())
    return fmt::format("in use: {}", use->second);
  const DigestId id = facts.ids.tags[t];
  if (const auto use = used.manifests.find(id); use != used.manifests.end())
    return fmt::format("in use: {}", use->second);
  const ManifestNode* node = facts.input.survey.graph.node(id);
  if (node == nullptr || !node->understood())
    return "unreadable: nobody can tell what its manifest needs";
  return {};
}

void keep(TagRole& role, std::string reason) {
  role.kind = Kind::kept;
  role.reason = std::move(reason);
}

void keep_elsewhere(TagRole& role) {
  keep(role, "what it refers to is in another repository");
}

// `name` is that of a signature.
void find_subject(const RoleFacts& facts, const std::string& name,
                  TagRole& role) {
  const auto digest = subject_in_name(name);
  if (!digest) return keep(role, "a signature's name without a whole digest");
  const Survey& survey = facts.input.survey;
  const DigestId id = survey.graph.find(survey.inventory, *digest);
  const bool here = id != kNoDigest && facts.images.is_here(id);
  if (!here && id != kNoDigest && survey.graph.present(id))
    return keep_elsewhere(role);
  role.kind = here ? Kind::signature : Kind::orphan;
  if (here) role.subject = id;
}

void find_kind(const RoleFacts& facts, std::uint32_t t, TagRole& role) {
  const std::string& name = facts.repository.tags[t].name;
  if (is_signature_name(name)) return find_subject(facts, name, role);
  const DigestId id = facts.ids.tags[t];
  if (facts.images.is_child(id)) {
    role.kind = Kind::child;
    return;
  }
  switch (facts.images.subject_state(id)) {
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
      keep(role, "unreadable: nobody can tell what it refers to");
  }
}

}  // namespace

std::vector<TagRole> roles_of_tags(const RetentionInput& input,
                                   std::size_t repository,
                                   const RepositoryImages& images) {
  const Repository& of = input.survey.inventory.repositories[repository];
  const RoleFacts facts{input, of, input.survey.graph.repository(repository),
                        input.used.repositories[repository], images};
  const std::vector<NumberedRule<TagRule>> rules =
      rules_for(input.policy.rules, of.name);
  std::vector<TagRole> roles(of.tags.size());
  for (std::uint32_t t = 0; t < roles.size(); ++t) {
    TagRole& role = roles[t];
    find_rule(rules, of.tags[t].name, role);
    std::string reason = why_kept(facts, t);
    if (!reason.empty())
      keep(role, std::move(reason));
    else
      find_kind(facts, t, role);
  }
  return roles;
}

}  // namespace dregs
