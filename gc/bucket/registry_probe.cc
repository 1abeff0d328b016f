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
    "'{readonly: {enabled: true}}'; name it as its clients do";

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

// Of a manifest that is none: an upload would leave something behind, even
// where it is cancelled.
int status_of_a_push(HttpPool& http, const std::string& url) {
  HttpRequest request;
  request.method = "PUT";
  request.url = without_slash(url) + "/v2/dregs/probe/manifests/probe";
  request.body = "{}";
  request.at_most = 64 * 1024;
  HttpAnswer answer;
  http.perform(request, answer);
  return answer.status;
}

}  // namespace

std::optional<Refusal> probe_registry(const std::string& url) {
  // A proxy that refuses says nothing of the registry behind it.
  HttpSettings settings;
  settings.use_proxy = false;
  HttpPool http{settings};
  try {
    const int status = status_of_a_push(http, url);
    if (status == kMethodNotAllowed) return std::nullopt;
    return Refusal{
        fmt::format("the registry at {} does not refuse pushes (status {} "
                    "instead of {})",
                    escaped(url), status, kMethodNotAllowed),
        kWayOut};
  } catch (const HttpError& error) {
    if (error.kind() == HttpError::Kind::refused) return std::nullopt;
    return Refusal{fmt::format("nobody can tell whether the registry at {} "
                               "takes pushes: {}",
                               escaped(url), escaped(error.what())),
                   kWayOut};
  }
}

}  // namespace dregs
