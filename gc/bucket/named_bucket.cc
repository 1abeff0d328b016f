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

std::optional<NamedBucket> named_bucket(const RootRequest& request) {
  if (request.root) {
    if (!is_bucket_root(*request.root)) return std::nullopt;
    return NamedBucket{
        locate_bucket(flags_of(request), request.environment), "--root", {}};
  }
  const std::optional<NamedConfig> named = deciding_config(request);
  if (!named) return std::nullopt;
  const std::string text = read_config_file(named->file, named->file);
  auto config =
      parse_s3_registry_config(text, request.environment, named->file);
  if (!config) return std::nullopt;
  return NamedBucket{
      locate_bucket(config->s3, flags_of(request), request.environment),
      named->source, std::move(config->registry)};
}

}  // namespace dregs
