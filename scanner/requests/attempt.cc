#include "scanner/requests/attempt.h"

#include <fmt/format.h>

#include <chrono>
#include <string_view>
#include <utility>

#include "scanner/http/server_clock.h"
#include "scanner/requests/s3_errors.h"

namespace dregs {
namespace {

constexpr std::chrono::seconds kSlowTimeout{900};

void remove_all(std::string& text, const std::string& secret) {
  if (secret.empty()) return;
  for (std::size_t at = text.find(secret); at != std::string::npos;
       at = text.find(secret, at))
    text.replace(at, secret.size(), "…");
}

UnsignedRequest unsigned_request(const S3Request& request,
                                 const Attempt& attempt,
                                 const std::string& time) {
  UnsignedRequest plain{request.method, path_of(attempt.address, request.key),
                        request.query, request.headers,
                        sha256_hex(request.body)};
  std::vector<HeaderField>& headers = plain.headers;
  if (request.resume)
    for (HeaderField& header : request.resume())
      headers.push_back(std::move(header));
  headers.push_back({"x-amz-content-sha256", plain.body_sha256});
  headers.push_back({"x-amz-date", time});
  if (!attempt.credentials.session_token.empty())
    headers.push_back(
        {"x-amz-security-token", attempt.credentials.session_token});
  return plain;
}

HttpRequest signed_request(const S3Request& request, const Attempt& attempt,
                           std::int64_t seconds) {
  const std::string time = signing_time(seconds);
  const BucketAddress& to = attempt.address;
  UnsignedRequest plain = unsigned_request(request, attempt, time);
  HttpRequest http;
  http.method = request.method;
  http.url = url_of(to, plain.path, escaped_query(plain.query));
  http.body = request.body;
  http.at_most = request.at_most;
  http.sink = request.sink;
  if (request.slow) http.stall_timeout = kSlowTimeout;
  for (const HeaderField& header : plain.headers)
    http.headers.push_back(header.name + ": " + header.value);
  plain.headers.push_back({"host", host_of(to)});  // which curl adds by itself
  http.headers.push_back("Authorization: " + authorization(plain,
                                                           attempt.credentials,
                                                           to.region, time));
  return http;
}

// Some errors come with the status of a success: the server began to answer
// before it knew.
ErrorAnswer error_in(const HttpAnswer& answer) {
  const bool success = answer.status >= 200 && answer.status < 300;
  const bool told =
      std::string_view(answer.body).substr(0, 300).find("<Error") !=
      std::string_view::npos;
  if (success && !told) return {};
  if (auto error = read_error(answer.body); error && !error->code.empty())
    return *std::move(error);
  if (success) return {};
  return {"HTTP", "", "", ""};
}

}  // namespace

void perform(HttpPool& http, const S3Request& request, std::int64_t seconds,
             Attempt& attempt) {
  try {
    http.perform(signed_request(request, attempt, seconds), attempt.http);
  } catch (const HttpError& error) {
    const HttpError::Kind kind = error.kind();
    if (kind == HttpError::Kind::too_large)
      throw StorageError(
          "TooLarge", attempt.http.status,
          fmt::format("{}: larger than {} bytes",
                      shown_as(attempt.address, request.key), request.at_most));
    attempt.broken = error.what();
    attempt.no_host =
        kind == HttpError::Kind::no_host || kind == HttpError::Kind::refused;
    attempt.hopeless = kind == HttpError::Kind::untrusted ||
                       kind == HttpError::Kind::impossible;
    return;
  }
  attempt.error = error_in(attempt.http);
}

std::int64_t date_of(const HttpAnswer& answer) {
  return parse_http_date(answer.header("date"));
}

std::string region_of(const Attempt& attempt) {
  return region_of_redirect(attempt.http.status, attempt.error,
                            attempt.http.header("x-amz-bucket-region"));
}

StorageError failure_of(const S3Request& request, const Attempt& attempt,
                        unsigned tries, std::int64_t seconds_off) {
  FailedRequest failed{attempt.address,
                       request.key,
                       request.permission,
                       attempt.http.status,
                       attempt.error,
                       attempt.broken,
                       tries,
                       static_cast<double>(seconds_off) / 60};
  failed.error.region = region_of(attempt);
  remove_all(failed.error.message, attempt.credentials.secret);
  remove_all(failed.error.message, attempt.credentials.session_token);
  return error_of(failed);
}

StorageError untrusted_answer(const BucketAddress& address,
                              const std::string& key,
                              const StorageError& error) {
  return {"XML", 200,
          fmt::format("{}: the server's answer cannot be trusted: {}",
                      shown_as(address, key), error.what())};
}

}  // namespace dregs
