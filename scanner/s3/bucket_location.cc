#include "scanner/s3/bucket_location.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

#include "scanner/formats/escaped.h"

namespace dregs {
namespace {

constexpr std::string_view kScheme = "s3://";
constexpr const char* kDefaultRegion = "us-east-1";

[[noreturn]] void refuse_location(const std::string& where,
                                  const std::string& what) {
  throw ConfigError(where + ": " + what);
}

// A setting, and who set it for messages.
struct Said {
  std::string value;
  std::string by;
};

Said variable_of(std::span<const std::string> environment,
                 std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    for (const std::string& entry : environment)
      if (entry.size() > name.size() + 1 && entry.starts_with(name) &&
          entry[name.size()] == '=')
        return {entry.substr(name.size() + 1), std::string(name)};
  return {};
}

Said first_said(std::initializer_list<Said> all) {
  for (const Said& said : all)
    if (!said.value.empty()) return said;
  return {};
}

std::string trimmed_slashes(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

void check_bucket(const std::string& bucket, const std::string& by) {
  const bool sound =
      bucket.size() >= 3 && bucket.size() <= 255 && bucket.front() != '.' &&
      std::all_of(bucket.begin(), bucket.end(), [](char c) {
        return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') ||
               ('0' <= c && c <= '9') || c == '-' || c == '.' || c == '_';
      });
  if (!sound)
    refuse_location(
        by, fmt::format("\"{}\" is not a bucket's name", escaped(bucket)));
}

void check_region(const Said& region) {
  const bool sound =
      std::all_of(region.value.begin(), region.value.end(), [](char c) {
        return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') ||
               ('0' <= c && c <= '9') || c == '-' || c == '_';
      });
  if (!sound)
    refuse_location(region.by, fmt::format("\"{}\" is not a region's name",
                                           escaped(region.value)));
}

// The port that the scheme means anyway is not in the header Host.
std::string without_usual_port(std::string host, bool secure) {
  const std::string_view port = secure ? ":443" : ":80";
  if (host.ends_with(port)) host.resize(host.size() - port.size());
  return host;
}

bool is_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') ||
           ('0' <= c && c <= '9') || c == '-' || c == '.' || c == '_' ||
           c == ':' || c == '[' || c == ']';
  });
}

// "https://HOST[:PORT]" or "HOST[:PORT]", where `secure` says which scheme.
void set_endpoint(BucketAddress& address, const Said& endpoint) {
  std::string_view host = endpoint.value;
  if (host.starts_with("https://")) {
    address.secure = true;
    host.remove_prefix(8);
  } else if (host.starts_with("http://")) {
    address.secure = false;
    host.remove_prefix(7);
  }
  if (host.ends_with('/')) host.remove_suffix(1);
  if (!is_host(host))  // not shown: a password may stand in it
    refuse_location(
        endpoint.by,
        "must be an endpoint such as https://HOST or http://HOST:PORT");
  address.host = without_usual_port(std::string(host), address.secure);
}

AwsEndpoint aws_endpoint(bool dual_stack, bool fips) {
  if (fips)
    return dual_stack ? AwsEndpoint::fips_dual_stack : AwsEndpoint::fips;
  return dual_stack ? AwsEndpoint::dual_stack : AwsEndpoint::plain;
}

std::vector<std::string> copied(std::span<const std::string> environment) {
  return {environment.begin(), environment.end()};
}

void set_region(BucketLocation& location, const Said& region) {
  check_region(region);
  location.address.region_given = !region.value.empty();
  location.address.region =
      region.value.empty() ? kDefaultRegion : region.value;
  location.credentials.region = region.value;
}

void set_trusted_authorities(BucketLocation& location,
                             std::span<const std::string> environment) {
  location.http.ca_file =
      variable_of(environment, {"AWS_CA_BUNDLE", "SSL_CERT_FILE"}).value;
}

// No name below an address of a machine is one.
bool is_address_of_machine(const std::string& host) {
  return host.starts_with('[') || host.starts_with("localhost") ||
         host.find_first_not_of("0123456789.:") == std::string::npos;
}

// A wildcard's certificate is for one label: not for BUCKET.WITH.DOTS.HOST.
bool needs_path_style(const BucketAddress& address) {
  return is_address_of_machine(endpoint_host(address)) ||
         (address.secure && address.bucket.find('.') != std::string::npos);
}

void set_write_headers(BucketLocation& location, const S3Settings& settings) {
  std::vector<HeaderField> headers;
  if (settings.encrypt)
    headers.push_back({"x-amz-server-side-encryption",
                       settings.kms_key.empty() ? "AES256" : "aws:kms"});
  if (settings.encrypt && !settings.kms_key.empty())
    headers.push_back(
        {"x-amz-server-side-encryption-aws-kms-key-id", settings.kms_key});
  if (!settings.acl.empty()) headers.push_back({"x-amz-acl", settings.acl});
  location.copy_headers = headers;
  if (!settings.storage_class.empty())
    headers.push_back({"x-amz-storage-class", settings.storage_class});
  location.put_headers = std::move(headers);
}

// The rest of "s3://BUCKET/PREFIX".
void read_root(const std::string& root, BucketLocation& location) {
  const std::string_view rest = std::string_view(root).substr(kScheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  location.address.bucket = rest.substr(0, slash);
  location.prefix = trimmed_slashes(rest.substr(slash));
  location.set_by = "--root";
  check_bucket(location.address.bucket, "--root");
}

}  // namespace

bool is_bucket_root(std::string_view root) { return root.starts_with(kScheme); }

BucketLocation locate_bucket(const BucketFlags& flags,
                             std::span<const std::string> environment) {
  if (!is_bucket_root(flags.root))
    refuse_location("--root", fmt::format("\"{}\" is not s3://BUCKET/PREFIX",
                                          escaped(flags.root)));
  BucketLocation location;
  read_root(flags.root, location);
  set_region(location,
             first_said({{flags.region, "--region"},
                         variable_of(environment,
                                     {"AWS_REGION", "AWS_DEFAULT_REGION"})}));
  const Said endpoint = first_said(
      {{flags.endpoint, "--endpoint"},
       variable_of(environment, {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"})});
  BucketAddress& address = location.address;
  if (endpoint.value.empty())
    address.aws = AwsEndpoint::plain;
  else
    set_endpoint(address, endpoint);
  address.path_style = flags.path_style || needs_path_style(address);
  location.credentials.environment = copied(environment);
  set_trusted_authorities(location, environment);
  return location;
}

BucketLocation locate_bucket(const S3Settings& settings,
                             const BucketFlags& flags,
                             std::span<const std::string> environment) {
  BucketLocation location;
  location.set_by = settings.set_by;
  BucketAddress& address = location.address;
  address.bucket = settings.bucket;
  address.secure = settings.secure;
  const std::string section = fmt::format("storage.{}.", settings.driver);
  check_bucket(address.bucket, section + "bucket");
  location.prefix = trimmed_slashes(settings.root_directory);
  set_region(location, first_said({{flags.region, "--region"},
                                   {settings.region, section + "region"}}));
  const Said endpoint =
      first_said({{flags.endpoint, "--endpoint"},
                  {settings.endpoint, section + "regionendpoint"}});
  if (endpoint.value.empty())
    address.aws = aws_endpoint(settings.dual_stack, settings.fips);
  else
    set_endpoint(address, endpoint);
  address.path_style =
      flags.path_style ||
      settings.force_path_style.value_or(!endpoint.value.empty()) ||
      needs_path_style(address);
  location.credentials.given = {settings.access_key, settings.secret_key,
                                settings.session_token, 0};
  location.credentials.environment = copied(environment);
  location.http.skip_verify = settings.skip_verify;
  if (!settings.user_agent.empty())
    location.http.user_agent = settings.user_agent;
  set_trusted_authorities(location, environment);
  set_write_headers(location, settings);
  return location;
}

std::unique_ptr<S3Store> open_bucket(const BucketLocation& location,
                                     ClientSettings settings,
                                     RequestCounts& counts) {
  StoreSettings store;
  store.client = std::move(settings);
  store.client.http = location.http;
  store.copy.headers = location.copy_headers;
  store.put_headers = location.put_headers;
  return std::make_unique<S3Store>(location.address, location.credentials,
                                   std::move(store), counts);
}

std::string shown_location(const BucketLocation& location) {
  return fmt::format("{} at {}://{}",
                     shown_as(location.address, location.prefix),
                     location.address.secure ? "https" : "http",
                     escaped(endpoint_host(location.address)));
}

}  // namespace dregs
