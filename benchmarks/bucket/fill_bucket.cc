// Makes a registry in a bucket that is there and empty, by PUT. The keys come
// from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Uploads that are never
// completed are no part of it.
#include <fmt/format.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

#include "benchmarks/bucket/bucket_writer.h"
#include "benchmarks/counts_json.h"
#include "benchmarks/push_all.h"
#include "benchmarks/shape_options.h"
#include "scanner/s3/s3_store.h"

namespace dregs {
namespace {

struct Options {
  Shape shape;
  std::string host, bucket, region = "default", rootdirectory = "registry";
  int connections = 32;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr)
    throw std::runtime_error(fmt::format("{} is not set", name));
  return value;
}

void declare(CLI::App& app, Options& options) {
  app.add_option("HOST", options.host, "HOST:PORT of a server without TLS")
      ->required();
  app.add_option("BUCKET", options.bucket)->required();
  declare_shape(app, options.shape);
  app.add_option("--region", options.region);
  app.add_option("--rootdirectory", options.rootdirectory);
  app.add_option("--connections", options.connections)
      ->check(CLI::Range(1, 1024));
}

Counts fill(const Options& options) {
  BucketAddress address;
  address.bucket = options.bucket;
  address.region = options.region;
  address.secure = false;
  address.path_style = true;
  address.host = options.host;
  CredentialSettings credentials;
  credentials.given = {variable("AWS_ACCESS_KEY_ID"),
                       variable("AWS_SECRET_ACCESS_KEY"), "", 0};
  RequestCounts requests;
  S3Store store(address, credentials, {}, requests);
  const BucketWriter writer(
      options.rootdirectory + "/",
      {[&](const std::string& key, const std::string& bytes, std::uint64_t) {
         store.put(key, bytes);
       },
       [](const std::string&, const std::string&) {
         throw std::runtime_error("fill_bucket makes no uploads");
       }});
  const tbb::global_control threads(
      tbb::global_control::max_allowed_parallelism,
      static_cast<std::size_t>(options.connections));
  return tbb::task_arena(options.connections).execute([&] {
    return push_all(options.shape, writer);
  });
}

}  // namespace
}  // namespace dregs

int main(int argc, char** argv) try {
  dregs::Options options;
  CLI::App app("Makes a registry of a given shape in a bucket");
  app.option_defaults()->always_capture_default();
  dregs::declare(app, options);
  CLI11_PARSE(app, argc, argv);
  fmt::print("{}\n", dregs::to_json(dregs::fill(options)).dump());
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "fill_bucket: {}\n", error.what());
  return 1;
}
