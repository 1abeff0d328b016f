#include "gc/bucket/named_bucket.h"

#include <utility>

#include "scanner/config/s3_settings.h"
#include "scanner/disk/config_file.h"

namespace dregs {
namespace {

BucketFlags flags_of(const RootRequest& request) {
  BucketFlags flags;
  flags.root = request.root.value_or("");
  flags.endpoint = request.bucket.endpoint;
  flags.region = request.bucket.region;
  flags.path_style = request.bucket.path_style;
  return flags;
}

}  // namespace

NamedBucket bucket_of_flags(const RootRequest& request) {
  return {locate_bucket(flags_of(request), request.environment), "--root", {}};
}

NamedBucket bucket_of_config(const RootRequest& request) {
  const std::optional<NamedConfig> named = deciding_config(request);
  if (!named) throw ConfigError("no configuration names a bucket");
  const std::string text = read_config_file(named->file, named->file);
  auto config =
      parse_s3_registry_config(text, request.environment, named->file);
  if (!config) throw ConfigError(named->file + ": changed while dregs read it");
  return {locate_bucket(config->s3, flags_of(request), request.environment),
          named->source, std::move(config->registry)};
}

}  // namespace dregs
