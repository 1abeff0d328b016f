#include "tests/random_store.h"

#include <array>
#include <ostream>

#include "tests/random_damage.h"

namespace dregs {
namespace {

struct Known {
  std::string repository;
  Digest manifest;
  std::vector<std::string> layers;  // empty: no plain image
  std::string created_by{};
  bool docker = false;
};

// Names sort around each other, nest, and look like the layout's own words.
constexpr std::array kRepositories{"app",     "app/web", "team/tags",
                                   "app-one", "sha256",  "link/data"};
constexpr std::array kContents{"base", "libs", "app", "web", "docs", "data"};

class Builder {
 public:
  explicit Builder(StoreBuilder& store) : store_(store) {}

  void take(const StoreOperation& operation) {
    operation_ = operation;
    repository_ = kRepositories[operation.repository % kRepositories.size()];
    tag_ =
        operation.tag % 4 == 0 ? "" : "v" + std::to_string(operation.tag % 4);
    push() || copy() || unlink() || soil();
  }

 private:
  bool push() {
    switch (operation_.step) {
      case StoreStep::push_image:
        return push_image({.docker = operation_.how % 3 == 0,
                           .media_type = operation_.how % 3 == 1,
                           .created_by = word(operation_.how)});
      case StoreStep::push_sha512_image:
        return push_image({.sha512_layers = true});
      case StoreStep::push_index:
        return push_index();
      case StoreStep::push_referrer:
        return push_referrer();
      case StoreStep::push_helm:
        return know(store_.helm(repository_, tag_, word(0)).manifest);
      case StoreStep::push_schema1:
        return know(store_.schema1(repository_, tag_, contents()));
      case StoreStep::push_signed_schema1:
        return know(store_.schema1(repository_, tag_, contents(), 2));
      case StoreStep::push_artifact:
        return know(store_.artifact(repository_, tag_, contents(), subject()));
      case StoreStep::push_wrapper:
        return push_wrapper();
      case StoreStep::push_buildkit_cache:
        return know(store_.buildkit_cache(repository_, tag_, contents()));
      default:
        return false;
    }
  }

  bool copy() {
    const Known* known = choose("");
    switch (operation_.step) {
      case StoreStep::copy_image:
        if (known != nullptr && !known->layers.empty()) {
          store_.image(
              repository_, tag_, known->layers,
              {.docker = known->docker, .created_by = known->created_by});
        }
        return true;
      case StoreStep::copy_tag:
        known = choose(repository_);
        if (known != nullptr && !tag_.empty() && is_served(known->manifest)) {
          store_.move_tag(repository_, tag_, known->manifest);
        }
        return true;
      default:
        return false;
    }
  }

  bool unlink() {
    const Known* known = choose(repository_);
    switch (operation_.step) {
      case StoreStep::delete_tag:
        if (store_.has(StoreBuilder::tag_folder(repository_, tag_)) &&
            !tag_.empty()) {
          store_.untag(repository_, tag_);
        }
        return true;
      case StoreStep::delete_manifest:
        if (known != nullptr && is_served(known->manifest)) {
          store_.delete_manifest(repository_, known->manifest);
        }
        return true;
      default:
        return false;
    }
  }

  bool soil() {
    switch (operation_.step) {
      case StoreStep::orphan_blob:
        store_.blob(word(operation_.how) + " orphan");
        return true;
      case StoreStep::orphan_layer:
        // Before the first manifest it would be a push that was cut off.
        if (choose(repository_) != nullptr) {
          store_.layer(repository_, word(operation_.how));
        }
        return true;
      default:
        if (const Known* known = choose("")) {
          damage(store_, known->repository, known->manifest, operation_.how);
        }
        return true;
    }
  }

  bool push_image(const ImageOptions& options) {
    const BuiltImage image =
        store_.image(repository_, tag_, contents(), options);
    const bool plain = !options.sha512_layers && options.media_type;
    return know(
        image.manifest,
        plain || options.docker ? contents() : std::vector<std::string>{},
        options);
  }

  bool push_wrapper() {
    const Known* inner = choose("");
    if (inner == nullptr || !store_.has_blob(inner->manifest)) return true;
    const std::string bytes =
        store_.read(StoreBuilder::blob_path(inner->manifest));
    return know(store_.image(repository_, tag_, {bytes}).manifest);
  }

  bool push_index() {
    std::vector<Digest> children;
    for (const Known& known : known_) {
      const bool wanted = (operation_.what >> (children.size() % 8) & 1) == 0;
      if (known.repository == repository_ && wanted && children.size() < 3 &&
          is_served(known.manifest)) {
        children.push_back(known.manifest);
      }
    }
    return know(store_.index(repository_, tag_, children,
                             {.docker = operation_.how % 3 == 0,
                              .media_type = operation_.how % 3 == 1}));
  }

  bool push_referrer() {
    const Digest on = subject().value_or(Digest{});
    return know(
        store_.referrer(repository_, on, word(operation_.how)).manifest);
  }

  std::optional<Digest> subject() const {
    const Known* known = choose(repository_);
    return known != nullptr ? std::optional(known->manifest) : std::nullopt;
  }

  // One to three contents of six, so that images share some.
  std::vector<std::string> contents() const {
    std::vector<std::string> chosen;
    for (unsigned i = 0; i <= operation_.what % 3; ++i) {
      chosen.emplace_back(word(i * (operation_.what % 5 + 1)));
    }
    return chosen;
  }

  std::string word(unsigned offset) const {
    return kContents[(operation_.what + offset) % kContents.size()];
  }

  // Of this repository, or of any.
  const Known* choose(const std::string& repository) const {
    std::vector<const Known*> candidates;
    for (const Known& known : known_) {
      if (repository.empty() || known.repository == repository) {
        candidates.push_back(&known);
      }
    }
    if (candidates.empty()) return nullptr;
    return candidates[operation_.what % candidates.size()];
  }

  bool is_served(const Digest& manifest) const {
    return store_.has(StoreBuilder::revision_path(repository_, manifest));
  }

  bool know(const Digest& manifest, std::vector<std::string> layers = {},
            const ImageOptions& options = {}) {
    known_.push_back({repository_, manifest, std::move(layers),
                      options.created_by, options.docker});
    return true;
  }

  StoreBuilder& store_;
  std::vector<Known> known_;
  StoreOperation operation_;
  std::string repository_;
  std::string tag_;
};

constexpr std::array kStepNames{
    "push_image",        "push_index",      "push_referrer",
    "push_helm",         "push_schema1",    "push_signed_schema1",
    "push_sha512_image", "push_artifact",   "push_buildkit_cache",
    "push_wrapper",      "copy_image",      "copy_tag",
    "delete_tag",        "delete_manifest", "orphan_blob",
    "orphan_layer",      "damage"};

// Chosen as often as they stand here.
std::vector<StoreStep> registry_2_steps() {
  using enum StoreStep;
  return {push_image, push_image,    push_image,    push_image, push_index,
          push_index, push_referrer, push_referrer, push_helm,  push_schema1,
          copy_image, copy_image,    copy_tag,      copy_tag,   delete_tag,
          delete_tag, orphan_blob,   orphan_layer};
}

std::vector<StoreStep> healthy_steps() {
  using enum StoreStep;
  std::vector<StoreStep> steps = registry_2_steps();
  steps.insert(steps.end(), {push_signed_schema1, push_sha512_image,
                             push_artifact, push_buildkit_cache, push_wrapper,
                             delete_manifest, delete_manifest});
  return steps;
}

std::vector<StoreStep> damaging_steps() {
  std::vector<StoreStep> steps = healthy_steps();
  steps.insert(steps.end(), 3, StoreStep::damage);
  return steps;
}

rc::Gen<StoreProgram> programs(const std::vector<StoreStep>& steps) {
  const auto number = rc::gen::inRange(0U, 256U);
  const auto operation = rc::gen::construct<StoreOperation>(
      rc::gen::elementOf(steps), rc::gen::inRange(0U, 6U),
      rc::gen::inRange(0U, 4U), number, number);
  return rc::gen::resize(30, rc::gen::container<StoreProgram>(operation));
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const StoreOperation& operation) {
  return out << kStepNames[static_cast<std::size_t>(operation.step)] << '('
             << operation.repository << ", " << operation.tag << ", "
             << operation.what << ", " << operation.how << ')';
}

rc::Gen<StoreProgram> stores_for_registry_2() {
  return programs(registry_2_steps());
}

rc::Gen<StoreProgram> healthy_stores() { return programs(healthy_steps()); }

rc::Gen<StoreProgram> damaged_stores() { return programs(damaging_steps()); }

void build(StoreBuilder& store, const StoreProgram& program) {
  Builder builder(store);
  for (const StoreOperation& operation : program) builder.take(operation);
}

}  // namespace dregs
