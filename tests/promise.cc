#include "tests/promise.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "scanner/formats/digest.h"

namespace dregs {
namespace {

using Json = nlohmann::json;

struct References {
  std::vector<std::string> blobs;     // config, layers
  std::vector<std::string> children;  // manifests, and what BuildKit lists
  std::string subject;
};

void add_digest(std::vector<std::string>& digests, const Json& descriptor,
                const char* key) {
  if (descriptor.is_object() && descriptor.contains(key) &&
      descriptor[key].is_string())
    digests.push_back(descriptor[key]);
}

References references_of(const std::string& body) {
  References references;
  const Json manifest = Json::parse(body, nullptr, false);
  if (!manifest.is_object()) return references;
  add_digest(references.blobs, manifest.value("config", Json()), "digest");
  for (const char* list : {"layers", "blobs"})
    for (const Json& each : manifest.value(list, Json::array()))
      add_digest(references.blobs, each, "digest");
  for (const Json& each : manifest.value("fsLayers", Json::array()))
    add_digest(references.blobs, each, "blobSum");
  for (const Json& each : manifest.value("manifests", Json::array()))
    add_digest(references.children, each, "digest");
  std::vector<std::string> subject;
  add_digest(subject, manifest.value("subject", Json()), "digest");
  if (!subject.empty()) references.subject = subject.front();
  return references;
}

class Promise {
 public:
  Promise(const Answers& served, const Answers& revisions, const Wish& wish)
      : served_(served), revisions_(revisions), wish_(wish) {}

  void keep_all_of(const std::string& repository) {
    for (const auto& [question, answer] : served_)
      if (question.repository == repository) keep(question);
  }

  std::set<Question> run() {
    forgo();
    for (const auto& [question, answer] : served_)
      if (answer.served() && is_root(question)) keep_manifest(question);
    // Referrers of what is kept, until there are no more.
    for (std::size_t before = 0; before != kept_.size();) {
      before = kept_.size();
      for (const auto& [question, answer] : served_)
        if (is_kept_referrer(question, answer)) keep_manifest(question);
    }
    return std::move(kept_);
  }

 private:
  static bool is_tag(const Question& question) {
    return question.manifest && !DigestText::parse(question.reference);
  }

  const Answer& answer_to(const Question& question) const {
    static const Answer kNone;
    const auto found = served_.find(question);
    return found == served_.end() ? kNone : found->second;
  }

  // By-digest, what the wish names: the tag's manifest, its children, and their
  // referrers.
  void forgo() {
    if (wish_.tag.empty()) return;
    const Answer& answer = answer_to({wish_.repository, true, wish_.tag});
    if (!answer.served()) return;
    forgo_manifest(answer.digest);
    for (std::size_t before = 0; before != forgone_.size();) {
      before = forgone_.size();
      for (const auto& [question, referrer] : served_)
        if (question.repository == wish_.repository && question.manifest &&
            !is_tag(question) && referrer.served() &&
            forgone_.contains(references_of(referrer.body).subject))
          forgo_manifest(question.reference);
    }
  }

  void forgo_manifest(const std::string& digest) {
    if (!forgone_.insert(digest).second) return;
    const Answer& answer = answer_to({wish_.repository, true, digest});
    const References references = references_of(answer.body);
    // A layer that has a manifest's bytes is none for that.
    forgone_.insert(references.blobs.begin(), references.blobs.end());
    for (const std::string& child : references.children) forgo_manifest(child);
  }

  bool is_root(const Question& question) const {
    if (!question.manifest) return false;
    const bool named = question.repository == wish_.repository;
    if (named && wish_.tag.empty()) return false;
    if (is_tag(question)) return !named || question.reference != wish_.tag;
    if (wish_.delete_untagged) return false;
    if (named && forgone_.contains(question.reference)) return false;
    return is_revision(question);
  }

  // A layer may have a manifest's bytes, which 2.8 then serves as one. Where a
  // tag's manifest has no revision link either, registry 2.1 wrote it so, but
  // what a manifest names as its layer is a layer.
  bool is_revision(const Question& question) const {
    const auto found = revisions_.find(question);
    if (found != revisions_.end() && found->second.served()) return true;
    if (is_layer_of_another(question)) return false;
    for (const auto& [tag, answer] : served_) {
      if (tag.repository != question.repository || !is_tag(tag)) continue;
      const auto in_3 = revisions_.find(tag);
      if (answer.served() &&
          (in_3 == revisions_.end() || !in_3->second.served()))
        return true;
    }
    return false;
  }

  bool is_layer_of_another(const Question& question) const {
    for (const auto& [parent, answer] : served_) {
      if (parent.repository != question.repository || !parent.manifest ||
          !answer.served())
        continue;
      const std::vector<std::string> blobs = references_of(answer.body).blobs;
      if (std::find(blobs.begin(), blobs.end(), question.reference) !=
          blobs.end())
        return true;
    }
    return false;
  }

  bool is_kept_referrer(const Question& question, const Answer& answer) const {
    if (!question.manifest || is_tag(question) || !answer.served())
      return false;
    if (kept_.contains(question) || !is_revision(question)) return false;
    const std::string subject = references_of(answer.body).subject;
    return !subject.empty() &&
           kept_.contains({question.repository, true, subject});
  }

  void keep(const Question& question) {
    if (answer_to(question).served()) kept_.insert(question);
  }

  void keep_manifest(const Question& question) {
    const Answer& answer = answer_to(question);
    if (!answer.served() || !kept_.insert(question).second) return;
    const std::string& repository = question.repository;
    if (is_tag(question)) keep_manifest({repository, true, answer.digest});
    const References references = references_of(answer.body);
    for (const std::string& blob : references.blobs)
      keep({repository, false, blob});
    for (const std::string& child : references.children) {
      keep({repository, false, child});
      keep_manifest({repository, true, child});
    }
  }

  const Answers& served_;
  const Answers& revisions_;
  const Wish& wish_;
  std::set<std::string> forgone_;
  std::set<Question> kept_;
};

}  // namespace

std::set<Question> must_be_served(const Answers& served,
                                  const Answers& revisions, const Wish& wish,
                                  const std::set<std::string>& pinned) {
  Promise promise(served, revisions, wish);
  for (const std::string& repository : pinned) promise.keep_all_of(repository);
  return promise.run();
}

}  // namespace dregs
