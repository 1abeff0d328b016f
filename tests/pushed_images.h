// A real registry over a store, and images that skopeo pushes to it and pulls
// back.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/registry_server.h"
#include "tests/store_builder.h"

namespace dregs {

class LiveRegistry {
 public:
  // Listens on 127.0.0.1, at one of the ports 5200 to 5249. `storage` continues
  // the storage section, `sections` the configuration. Throws
  // std::runtime_error where it does not start.
  explicit LiveRegistry(const StoreBuilder& store,
                        const std::string& storage = "",
                        const std::string& sections = "");
  ~LiveRegistry();
  LiveRegistry(const LiveRegistry&) = delete;
  LiveRegistry& operator=(const LiveRegistry&) = delete;

  pid_t pid() const { return server_->pid(); }
  int port() const { return port_; }
  // docker://127.0.0.1:PORT/NAME, for skopeo.
  std::string url(const std::string& name) const;

 private:
  std::filesystem::path folder_;
  int port_ = 0;
  std::unique_ptr<RegistryServer> server_;
};

// Images as folders, in skopeo's "dir:" form.
class ImageFolder {
 public:
  // The same layers are the same image.
  explicit ImageFolder(const std::vector<std::string>& layers);
  ~ImageFolder();
  ImageFolder(const ImageFolder&) = delete;
  ImageFolder& operator=(const ImageFolder&) = delete;

  // Whether the registry took it.
  bool push(const std::string& url) const;
  // "" where what is pulled is this image byte for byte, else what is wrong.
  std::string pull_differs(const std::string& url) const;

 private:
  std::filesystem::path folder_;
};

// docker-registry and skopeo are both here.
bool has_registry_and_client();

}  // namespace dregs
