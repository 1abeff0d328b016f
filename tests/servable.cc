#include "tests/servable.h"

#include "tests/reference_store.h"

namespace dregs {
namespace {

class Server {
 public:
  explicit Server(const std::filesystem::path& v2)
      : v2_(v2), blobs_(reference::read_blobs(v2)) {}

  std::map<std::string, std::set<std::string>> run() {
    for (const reference::Repository& repository :
         reference::read_repositories(v2_)) {
      for (const auto& [name, tag] : repository.tags)
        if (tag.current) serve_tag(repository, name, *tag.current);
      for (const auto& [digest, link] : repository.revisions)
        serve(repository, digest, repository.name + "@" + digest);
    }
    return std::move(lacks_);
  }

 private:
  void serve_tag(const reference::Repository& repository,
                 const std::string& tag, const std::string& digest) {
    const std::string image = repository.name + ":" + tag;
    serve(repository, digest, image);
    if (!repository.revisions.contains(digest))
      lacks_[image].insert("the revision link " + digest);
  }

  void serve(const reference::Repository& repository, const std::string& digest,
             const std::string& image) {
    lack_ = &lacks_[image];
    serve_manifest(repository, digest);
  }

  void serve_manifest(const reference::Repository& repository,
                      const std::string& digest) {
    if (!blobs_.contains(digest)) {
      lack_->insert("the manifest " + digest);
      return;
    }
    const reference::Manifest manifest = reference::read_manifest(v2_, digest);
    if (!manifest.understood) return;
    for (const std::string& need : manifest.needs) serve_blob(repository, need);
    for (const std::string& child : manifest.manifests)
      serve_manifest(repository, child);
  }

  void serve_blob(const reference::Repository& repository,
                  const std::string& digest) {
    const auto layer = repository.layers.find(digest);
    if (layer == repository.layers.end() &&
        !repository.revisions.contains(digest))
      lack_->insert("a link to " + digest);
    const bool renamed = layer != repository.layers.end() && layer->second;
    const std::string& target = renamed ? *layer->second : digest;
    if (!blobs_.contains(target)) lack_->insert("the blob " + target);
  }

  const std::filesystem::path& v2_;
  std::set<std::string> blobs_;
  std::map<std::string, std::set<std::string>> lacks_;
  std::set<std::string>* lack_ = nullptr;
};

}  // namespace

std::map<std::string, std::set<std::string>> images_and_what_they_lack(
    const std::filesystem::path& v2) {
  return Server(v2).run();
}

}  // namespace dregs
