// A ServedBucket is a registry in an S3 server in memory, filled from a
// StoreBuilder's folder below the prefix "registry", and dregs run on it.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "scanner/bucket/bucket_root.h"
#include "scanner/s3/s3_store.h"
#include "tests/command_run.h"
#include "tests/s3_server.h"

namespace dregs {

class ServedBucket {
 public:
  ServedBucket();

  // Adds what is below the store's root.
  void fill(const StoreBuilder& store);

  // `path` is relative to docker/registry/v2.
  static std::string key(const std::string& path);
  void put_at(const std::string& path, const std::string& bytes);
  bool has(const std::string& path);
  std::string read(const std::string& path);
  // All keys below docker/registry/v2, relative to it, with their bytes.
  std::map<std::string, std::string> served();
  // All keys below docker/registry/.dregs, relative to it.
  std::vector<std::string> aside();

  // `dregs COMMAND… --root s3://… --registry-stopped`, or without that.
  ProgramResult run(const std::vector<std::string>& command);
  ProgramResult run_unproved(const std::vector<std::string>& command);
  // `dregs COMMAND…` with the bucket's keys and address, and no root.
  ProgramResult run_without_root(const std::vector<std::string>& command);
  static constexpr auto kUrl = "s3://registry/registry";
  JsonRun run_for_json(std::vector<std::string> command);

  // Words that come before the program's own: "strace", "-c".
  void run_below(std::vector<std::string> launcher) {
    launcher_ = std::move(launcher);
  }

  void set_versioning(const std::string& status);  // "", "Enabled", "Suspended"
  // How many there are of all keys, delete markers too.
  std::size_t versions();
  // Removes what a delete marker hides, and leaves the marker.
  void forget_hidden(const std::string& path);
  // Whatever the bucket holds was written so long ago.
  void age_everything(std::chrono::seconds age);

  S3Server& server() { return server_; }
  // For what dregs does below its commands.
  const BucketRoot& root() const { return root_; }

 private:
  std::vector<std::string> launcher_;
  S3Server server_;
  RequestCounts counts_;
  S3Store store_;
  BucketRoot root_;
};

}  // namespace dregs
