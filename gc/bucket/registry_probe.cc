#include "gc/bucket/registry_probe.h"

#include <fmt/format.h>

#include "scanner/formats/text.h"
#include "scanner/http/http_pool.h"

namespace dregs {
namespace {

// Of an HTTP answer: the registry is read-only.
constexpr int kMethodNotAllowed = 405;
constexpr auto kWayOut =
    "stop the registry, or restart it with REGISTRY_STORAGE_MAINTENANCE="
    "'{readonly: {enabled: true}}'";

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

HttpAnswer ask(HttpPool& http, const std::string& method,
               const std::string& url) {
  HttpRequest request;
  request.method = method;
  request.url = url;
  if (method == "PUT") request.body = "{}";  // is not a manifest
  request.at_most = 64 * 1024;
  HttpAnswer answer;
  http.perform(request, answer);
  return answer;
}

}  // namespace

std::optional<Refusal> probe_registry(const std::string& url) {
  HttpPool http{HttpSettings()};
  const std::string base = without_slash(url);
  try {
    ask(http, "GET", base + "/v2/");
  } catch (const HttpError& error) {
    if (error.kind() == HttpError::Kind::broken) return std::nullopt;
    return Refusal{fmt::format("--registry-url {}: {}", escaped(url),
                               escaped(error.what())),
                   "name the registry's address as its clients do"};
  }
  try {
    // An upload would leave something behind, even where it is cancelled.
    const HttpAnswer answer =
        ask(http, "PUT", base + "/v2/dregs/probe/manifests/probe");
    if (answer.status == kMethodNotAllowed) return std::nullopt;
    return Refusal{
        fmt::format("the registry at {} does not refuse pushes (status {} "
                    "instead of {})",
                    escaped(url), answer.status, kMethodNotAllowed),
        kWayOut};
  } catch (const HttpError& error) {
    return Refusal{fmt::format("the registry at {} does not say whether it "
                               "takes pushes: {}",
                               escaped(url), escaped(error.what())),
                   kWayOut};
  }
}

}  // namespace dregs
