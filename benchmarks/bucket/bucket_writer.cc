#include "benchmarks/bucket/bucket_writer.h"

#include <utility>

#include "scanner/formats/layout.h"

namespace dregs {
namespace {

class BucketRepository final : public RepositoryWriter {
 public:
  BucketRepository(const std::string& v2, std::string name,
                   const ObjectSink& sink)
      : v2_(v2), name_(std::move(name)), sink_(sink) {}

  void link_layer(const Digest& digest) const override {
    link(layout::layer(name_, digest), digest);
  }

  void link_revision(const Digest& digest) const override {
    link(layout::revision(name_, digest), digest);
  }

  // On a disk its folder stays.
  void delete_revision(const Digest&) const override {}

  void tag(const std::string& name,
           std::span<const Digest> history) const override {
    for (const Digest& digest : history)
      link(layout::history_entry(name_, name, digest), digest);
    put(layout::current_link(name_, name), history.back().to_string());
  }

  // Its data exists as parts only.
  void leave_upload(const std::string& id,
                    std::string_view bytes) const override {
    const std::string upload = layout::upload(name_, id);
    put(upload + "/startedat", std::string(kUploadBegan));
    put(upload + "/hashstates/sha256/0", initial_hash_state());
    sink_.begin(v2_ + upload + "/data", std::string(bytes));
  }

 private:
  void link(std::string folder, const Digest& digest) const {
    put(layout::link_in(std::move(folder)), digest.to_string());
  }

  void put(const std::string& path, const std::string& bytes) const {
    sink_.put(v2_ + path, bytes, bytes.size());
  }

  const std::string& v2_;
  std::string name_;
  const ObjectSink& sink_;
};

}  // namespace

BucketWriter::BucketWriter(const std::string& rootdirectory, ObjectSink sink)
    : v2_(rootdirectory + std::string(layout::kInsideRoot) + "/"),
      sink_(std::move(sink)) {}

void BucketWriter::write(const NewBlob& blob) const {
  sink_.put(v2_ + layout::blob_data(blob.digest), blob.bytes, blob.size);
}

std::unique_ptr<const RepositoryWriter> BucketWriter::repository(
    const std::string& name) const {
  return std::make_unique<BucketRepository>(v2_, name, sink_);
}

}  // namespace dregs
