#include "tests/random_store.h"

#include <array>
#include <ostream>

#include "scanner/formats/sha256.h"
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
    push() || push_rarities() || copy() || unlink() || litter() || soil();
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

  bool push_rarities() {
    const Known* known = choose(repository_);
    switch (operation_.step) {
      case StoreStep::push_fallback_tag:
        return known == nullptr || push_fallback_tag(known->manifest);
      case StoreStep::push_cosign:
        return known == nullptr ||
               know(store_.cosign_signature(repository_, known->manifest)
                        .manifest);
      case StoreStep::push_foreign:
        return push_image({.docker = operation_.how % 2 == 0,
                           .foreign_layers = {word(operation_.how)}});
      case StoreStep::push_sha512_child:
        return push_sha512_child();
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

  bool litter() {
    const Known* known = choose(repository_);
    switch (operation_.step) {
      case StoreStep::link_as_registry_2_1:
        return known == nullptr || link_as_registry_2_1(known->manifest);
      case StoreStep::link_as_tarsum:
        store_.write(StoreBuilder::repository_path(repository_) +
                         "/_layers/tarsum/v1/sha256/" +
                         sha256("sum of " + word(0)).hex() + "/link",
                     store_.layer(repository_, word(0)).to_string());
        return true;
      case StoreStep::leave_upload:
        store_.upload(repository_,
                      "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e2" +
                          std::to_string(operation_.how % 10),
                      std::chrono::hours(operation_.what), word(0));
        return true;
      case StoreStep::leave_temporary_file:
        if (known != nullptr) leave_temporary_file(known->manifest);
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

  bool push_fallback_tag(const Digest& on) {
    const Digest signature =
        store_.referrer(repository_, on, word(operation_.how)).manifest;
    tag_ = "sha256-" + on.hex();
    return know(store_.index(repository_, tag_, {signature}));
  }

  // Registries before 2.3 took other algorithms for manifests as well.
  bool push_sha512_child() {
    const std::string bytes = store_.read(StoreBuilder::blob_path(
        store_.image(repository_, "", contents(), {.created_by = "sha512"})
            .manifest));
    const std::string child = sha512_text(bytes);
    const std::string hex = child.substr(child.find(':') + 1);
    store_.write("blobs/sha512/" + hex.substr(0, 2) + "/" + hex + "/data",
                 bytes);
    store_.write(StoreBuilder::layer_link_path(repository_, child), child);
    link_as_registry_2_1(sha256(bytes));
    store_.lose(sha256(bytes));
    ManifestParts parts;
    parts.media_type = media::oci_index;
    parts.manifests = {{{media::oci_image, child, bytes.size()}}};
    return know(store_.manifest_bytes(repository_, tag_, manifest_json(parts)));
  }

  bool link_as_registry_2_1(const Digest& manifest) {
    if (!is_served(manifest)) return true;
    const std::string link = StoreBuilder::revision_path(repository_, manifest);
    store_.remove(link.substr(0, link.size() - 5));
    store_.link_layer(repository_, manifest);
    return true;
  }

  // Beside a tag's link, a revision's or a blob.
  void leave_temporary_file(const Digest& manifest) {
    const std::string beside[] = {
        StoreBuilder::revision_path(repository_, manifest),
        StoreBuilder::blob_path(manifest),
        StoreBuilder::tag_path(repository_, tag_.empty() ? "v1" : tag_)};
    const std::string& path = beside[operation_.how % 3];
    if (!store_.has(path)) return;
    store_.set_age(store_.temp_file(path), std::chrono::hours(operation_.what));
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

constexpr std::array kStepNames{"push_image",
                                "push_index",
                                "push_referrer",
                                "push_helm",
                                "push_schema1",
                                "push_signed_schema1",
                                "push_sha512_image",
                                "push_artifact",
                                "push_buildkit_cache",
                                "push_wrapper",
                                "copy_image",
                                "copy_tag",
                                "delete_tag",
                                "delete_manifest",
                                "orphan_blob",
                                "orphan_layer",
                                "damage",
                                "push_fallback_tag",
                                "push_cosign",
                                "push_foreign",
                                "push_sha512_child",
                                "link_as_registry_2_1",
                                "link_as_tarsum",
                                "leave_upload",
                                "leave_temporary_file"};

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

std::vector<StoreStep> served_steps() {
  using enum StoreStep;
  std::vector<StoreStep> steps = healthy_steps();
  steps.insert(steps.end(),
               {damage, orphan_layer, push_fallback_tag, push_cosign,
                push_foreign, push_sha512_child, link_as_registry_2_1,
                link_as_tarsum, leave_upload, leave_temporary_file});
  return steps;
}

rc::Gen<StoreOperation> operations(const std::vector<StoreStep>& steps) {
  const auto number = rc::gen::inRange(0U, 256U);
  return rc::gen::construct<StoreOperation>(
      rc::gen::elementOf(steps), rc::gen::inRange(0U, 6U),
      rc::gen::inRange(0U, 4U), number, number);
}

rc::Gen<StoreProgram> programs(const std::vector<StoreStep>& steps) {
  return rc::gen::resize(30,
                         rc::gen::container<StoreProgram>(operations(steps)));
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

// rapidcheck's size would scale the range of each number as well.
rc::Gen<StoreProgram> served_stores() {
  const auto operation =
      rc::gen::resize(rc::kNominalSize, operations(served_steps()));
  return rc::gen::resize(60, rc::gen::container<StoreProgram>(operation));
}

void build(StoreBuilder& store, const StoreProgram& program) {
  Builder builder(store);
  for (const StoreOperation& operation : program) builder.take(operation);
}

}  // namespace dregs
