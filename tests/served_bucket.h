// A ServedBucket is a registry in an S3 server in memory, filled from a
// StoreBuilder's folder below the prefix "registry", and dregs run on it.
#pragma once

#include <string>
#include <vector>

#include "tests/command_run.h"
#include "tests/s3_server.h"

namespace dregs {

class ServedBucket {
 public:
  explicit ServedBucket(const std::string& versioning = {});

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
  JsonRun run_for_json(std::vector<std::string> command);

  S3Server& server() { return server_; }

 private:
  S3Server server_;
};

}  // namespace dregs
