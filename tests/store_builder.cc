#include "tests/store_builder.h"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

// Memory where there is some: property tests build hundreds of stores.
fs::path temporary_folder() {
  const fs::path memory = "/dev/shm";
  const bool chosen = std::getenv("TMPDIR") != nullptr;
  const bool usable = access(memory.c_str(), W_OK | X_OK) == 0;
  return !chosen && usable ? memory : fs::temp_directory_path();
}

fs::path make_temporary_folder() {
  std::string name = temporary_folder() / "dregs-store-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), name);
  }
  return name;
}

// Tests take permissions away; without them nothing below can be removed.
void give_back_permissions(const fs::path& folder) {
  std::error_code ignored;
  fs::permissions(folder, fs::perms::owner_all, fs::perm_options::add, ignored);
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (!entry.is_symlink() && entry.is_directory()) {
      give_back_permissions(entry.path());
    }
  }
}

std::string split(const Digest& digest) { return "sha256/" + digest.hex(); }

}  // namespace

StoreBuilder::StoreBuilder() : root_(make_temporary_folder()) {
  folder("repositories");
  folder("blobs");
}

StoreBuilder::~StoreBuilder() {
  std::error_code failed;
  fs::remove_all(root_, failed);
  if (!failed) return;
  give_back_permissions(root_);
  fs::remove_all(root_, failed);
}

void StoreBuilder::write(const std::string& path, std::string_view bytes) {
  const fs::path file = v2() / path;
  const auto mode = std::ios::binary | std::ios::trunc;
  std::ofstream out(file, mode);
  // Most folders are there already, and looking costs more than writing.
  if (!out) {
    fs::create_directories(file.parent_path());
    out.open(file, mode);
  }
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) {
    throw std::system_error(errno, std::generic_category(), file);
  }
}

std::string StoreBuilder::read(const std::string& path) const {
  std::ifstream in(v2() / path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool StoreBuilder::has(const std::string& path) const {
  return fs::exists(fs::symlink_status(v2() / path));
}

std::set<std::string> StoreBuilder::removed_since(
    const TreeSnapshot& before) const {
  return files_lost(before, snapshot());
}

Digest StoreBuilder::blob(std::string_view content) {
  const Digest digest = sha256(content);
  // As the registry does: what is there is not written again, however wrong.
  if (!has_blob(digest)) write(blob_path(digest), content);
  return digest;
}

Digest StoreBuilder::layer(const std::string& repository,
                           std::string_view content) {
  const Digest digest = blob(content);
  link_layer(repository, digest);
  return digest;
}

void StoreBuilder::link_revision(const std::string& repository,
                                 const Digest& digest) {
  write(revision_path(repository, digest), digest.to_string());
}

void StoreBuilder::link_layer(const std::string& repository,
                              const Digest& digest) {
  write(layer_link_path(repository, digest), digest.to_string());
}

void StoreBuilder::alias_link(const std::string& repository,
                              const std::string& sha512, const Digest& target) {
  write(layer_link_path(repository, sha512), target.to_string());
}

void StoreBuilder::tag(const std::string& repository, const std::string& name,
                       const Digest& digest) {
  write(history_path(repository, name, digest), digest.to_string());
  write(tag_path(repository, name), digest.to_string());
}

void StoreBuilder::untag(const std::string& repository,
                         const std::string& name) {
  remove(tag_folder(repository, name));
}

void StoreBuilder::delete_manifest(const std::string& repository,
                                   const Digest& digest) {
  remove(revision_path(repository, digest));
  if (has(layer_link_path(repository, digest))) {
    remove(layer_link_path(repository, digest));
  }
  const fs::path tags = v2() / repository_path(repository) / "_manifests/tags";
  if (!fs::exists(tags)) return;
  std::vector<std::string> doomed;
  for (const auto& entry : fs::directory_iterator(tags)) {
    const std::string name = entry.path().filename();
    if (read(tag_path(repository, name)) == digest.to_string()) {
      doomed.push_back(name);
    }
  }
  for (const std::string& name : doomed) untag(repository, name);
}

Digest StoreBuilder::manifest_bytes(const std::string& repository,
                                    const std::string& name,
                                    std::string_view bytes) {
  const Digest digest = blob(bytes);
  // A repository that serves anything has both marker folders (format.md#7.3).
  folder(repository_path(repository) + "/_layers");
  link_revision(repository, digest);
  if (!name.empty()) tag(repository, name, digest);
  return digest;
}

std::string StoreBuilder::repository_path(const std::string& repository) {
  return "repositories/" + repository;
}

std::string StoreBuilder::blob_path(const Digest& digest) {
  const std::string hex = digest.hex();
  return "blobs/sha256/" + hex.substr(0, 2) + "/" + hex + "/data";
}

std::string StoreBuilder::revision_path(const std::string& repository,
                                        const Digest& digest) {
  return repository_path(repository) + "/_manifests/revisions/" +
         split(digest) + "/link";
}

std::string StoreBuilder::layer_link_path(const std::string& repository,
                                          const Digest& digest) {
  return layer_link_path(repository, digest.to_string());
}

std::string StoreBuilder::layer_link_path(const std::string& repository,
                                          const std::string& digest_text) {
  const std::size_t colon = digest_text.find(':');
  return repository_path(repository) + "/_layers/" +
         digest_text.substr(0, colon) + "/" + digest_text.substr(colon + 1) +
         "/link";
}

std::string StoreBuilder::tag_folder(const std::string& repository,
                                     const std::string& tag) {
  return repository_path(repository) + "/_manifests/tags/" + tag;
}

std::string StoreBuilder::tag_path(const std::string& repository,
                                   const std::string& tag) {
  return tag_folder(repository, tag) + "/current/link";
}

std::string StoreBuilder::history_path(const std::string& repository,
                                       const std::string& tag,
                                       const Digest& digest) {
  return tag_folder(repository, tag) + "/index/" + split(digest) + "/link";
}

std::string StoreBuilder::upload_path(const std::string& repository,
                                      const std::string& id) {
  return repository_path(repository) + "/_uploads/" + id;
}

}  // namespace dregs
