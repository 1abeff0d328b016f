#include "tests/pushed_images.h"

#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "tests/run_program.h"
#include "tests/snapshot.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

constexpr int kFirstPort = 5200;
constexpr int kPorts = 50;

// A name that nobody else has.
fs::path new_folder(const char* what) {
  const fs::path folder = StoreBuilder().root().string() + what;
  fs::create_directories(folder);
  return folder;
}

ProgramResult skopeo_copy(const std::string& from, const std::string& to) {
  return run_program({"skopeo", "--insecure-policy", "copy", "-q",
                      "--preserve-digests", "--src-tls-verify=false",
                      "--dest-tls-verify=false", from, to});
}

std::string configuration(const StoreBuilder& store, int port,
                          const std::string& storage,
                          const std::string& sections) {
  return "version: 0.1\nhttp: {addr: '127.0.0.1:" + std::to_string(port) +
         "'}\nstorage:\n  filesystem: {rootdirectory: '" +
         store.root().string() + "'}\n  delete: {enabled: true}\n  " + storage +
         "\n" + sections + "\n";
}

}  // namespace

LiveRegistry::LiveRegistry(const StoreBuilder& store,
                           const std::string& storage,
                           const std::string& sections)
    : folder_(new_folder("-server")) {
  const fs::path file = folder_ / "config.yml";
  std::string why;
  for (int tries = 0; tries < kPorts && !server_; ++tries) {
    port_ = kFirstPort + (getpid() + tries) % kPorts;
    std::ofstream(file) << configuration(store, port_, storage, sections);
    try {
      server_ = std::make_unique<RegistryServer>(
          std::vector<std::string>{"serve", file.string()},
          std::vector<std::string>{}, folder_);
    } catch (const std::runtime_error& error) {
      why = error.what();
    }
  }
  if (!server_) throw std::runtime_error(why);
}

LiveRegistry::~LiveRegistry() {
  server_.reset();
  fs::remove_all(folder_);
}

std::string LiveRegistry::url(const std::string& name) const {
  return "docker://127.0.0.1:" + std::to_string(port_) + "/" + name;
}

ImageFolder::ImageFolder(const std::vector<std::string>& layers)
    : folder_(new_folder("-image")) {
  StoreBuilder store;
  const BuiltImage image = store.image("app", "v1", layers);
  std::ofstream(folder_ / "version") << "Directory Transport Version: 1.1\n";
  std::ofstream(folder_ / "manifest.json")
      << store.read(StoreBuilder::blob_path(image.manifest));
  std::vector<Digest> blobs = image.layers;
  blobs.push_back(image.config);
  for (const Digest& blob : blobs)
    std::ofstream(folder_ / blob.hex())
        << store.read(StoreBuilder::blob_path(blob));
}

ImageFolder::~ImageFolder() { fs::remove_all(folder_); }

bool ImageFolder::push(const std::string& url) const {
  return skopeo_copy("dir:" + folder_.string(), url).exit_code == 0;
}

std::string ImageFolder::pull_differs(const std::string& url) const {
  const fs::path pulled = new_folder("-pulled");
  const ProgramResult result = skopeo_copy(url, "dir:" + pulled.string());
  const bool same = snapshot_tree(pulled) == snapshot_tree(folder_);
  fs::remove_all(pulled);
  if (result.exit_code != 0) return url + ": " + result.err;
  return same ? "" : url + " is another image";
}

bool has_registry_and_client() {
  return run_program({"docker-registry", "--version"}).exit_code == 0 &&
         run_program({"skopeo", "--version"}).exit_code == 0;
}

}  // namespace dregs
