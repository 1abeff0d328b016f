#include "scanner/s3/s3_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include "scanner/formats/escaped.h"
#include "scanner/s3/s3_errors.h"

namespace dregs {
namespace {

// A server that never answered may not exist: whoever mistyped its name need
// not wait for long.
constexpr unsigned kFirstTries = 3;
constexpr std::chrono::seconds kSlowTimeout{900};

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

std::string header_of(const HttpAnswer& answer, const std::string& name) {
  const auto found = answer.headers.find(name);
  return found == answer.headers.end() ? "" : found->second;
}

std::chrono::milliseconds with_jitter(std::chrono::milliseconds pause) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const auto least = pause.count() / 2;
  return std::chrono::milliseconds(least +
                                   std::uniform_int_distribution<std::int64_t>(
                                       0, pause.count() - least)(random));
}

void remove_all(std::string& text, const std::string& secret) {
  if (secret.empty()) return;
  for (std::size_t at = text.find(secret); at != std::string::npos;
       at = text.find(secret, at))
    text.replace(at, secret.size(), "…");
}

}  // namespace

S3Client::S3Client(BucketAddress address, CredentialSettings credentials,
                   ClientSettings settings, RequestCounts& counts)
    : address_(std::move(address)),
      settings_(std::move(settings)),
      counts_(counts),
      credentials_(std::move(credentials)),
      http_(settings_.http),
      pace_(settings_.connections, settings_.requests_per_second) {}

BucketAddress S3Client::address() const {
  const std::lock_guard lock(mutex_);
  return address_;
}

S3Answer S3Client::ask(const S3Request& request) {
  Remedies done;
  for (unsigned tries = 1;; ++tries) {
    Try attempt = try_once(request);
    if (attempt.error.code.empty() && attempt.broken.empty())
      return {std::move(attempt.http), false};
    if (request.may_be_missing && attempt.broken.empty() &&
        is_missing(attempt.error))
      return {std::move(attempt.http), true};
    if (!put_right(attempt, done)) {
      if (!helps_to_ask_again(attempt, tries)) fail(request, attempt, tries);
      pause(tries, request.key);
    }
    ++counts_.retries;
  }
}

S3Client::Try S3Client::try_once(const S3Request& request) {
  Try attempt;
  attempt.address = address();
  attempt.credentials = credentials_.current();
  const std::uint64_t ticket = pace_.begin(settings_.stopped);
  if (ticket == 0)
    throw StorageError("Stopped", 0,
                       shown_as(attempt.address, request.key) +
                           ": not asked: the run was told to stop");
  try {
    perform(request, attempt);
  } catch (...) {
    pace_.end(ticket, false);
    throw;
  }
  pace_.end(ticket, !attempt.broken.empty() ||
                        is_overload(attempt.http.status, attempt.error.code));
  return attempt;
}

HttpRequest S3Client::signed_request(const S3Request& request,
                                     const Try& attempt) const {
  const BucketAddress& to = attempt.address;
  const std::string time = signing_time(clock_.signing_seconds());
  UnsignedRequest unsigned_request{request.method, path_of(to, request.key),
                                   request.query, request.headers,
                                   sha256_hex(request.body)};
  std::vector<HeaderField>& headers = unsigned_request.headers;
  if (request.resume)
    for (HeaderField& header : request.resume())
      headers.push_back(std::move(header));
  headers.push_back({"x-amz-content-sha256", unsigned_request.body_sha256});
  headers.push_back({"x-amz-date", time});
  if (!attempt.credentials.session_token.empty())
    headers.push_back(
        {"x-amz-security-token", attempt.credentials.session_token});

  HttpRequest http;
  http.method = request.method;
  http.url =
      url_of(to, unsigned_request.path, escaped_query(unsigned_request.query));
  http.body = request.body;
  http.at_most = request.at_most;
  http.sink = request.sink;
  if (request.slow) http.stall_timeout = kSlowTimeout;
  for (const HeaderField& header : headers)
    http.headers.push_back(header.name + ": " + header.value);
  headers.push_back({"host", host_of(to)});  // which curl adds by itself
  http.headers.push_back("Authorization: " + authorization(unsigned_request,
                                                           attempt.credentials,
                                                           to.region, time));
  return http;
}

void S3Client::perform(const S3Request& request, Try& attempt) {
  ++counts_.of(request.kind);
  try {
    http_.perform(signed_request(request, attempt), attempt.http);
  } catch (const HttpError& error) {
    if (error.kind() == HttpError::Kind::too_large)
      throw StorageError(
          "TooLarge", attempt.http.status,
          fmt::format("{}: larger than {} bytes",
                      shown_as(attempt.address, request.key), request.at_most));
    attempt.broken = error.what();
    attempt.no_host = error.kind() == HttpError::Kind::no_host ||
                      error.kind() == HttpError::Kind::refused;
    attempt.hopeless = error.kind() == HttpError::Kind::untrusted ||
                       error.kind() == HttpError::Kind::impossible;
    return;
  }
  answered_ = true;
  const std::int64_t date = parse_http_date(header_of(attempt.http, "date"));
  if (date > 0) clock_.note(date);
  attempt.error = error_in(attempt.http);
}

bool S3Client::follow_region(const Try& attempt) {
  const std::string region =
      region_of_redirect(attempt.http.status, attempt.error,
                         header_of(attempt.http, "x-amz-bucket-region"));
  if (region.empty() || attempt.address.region_given) return false;
  const std::lock_guard lock(mutex_);
  address_.region = region;
  return region != attempt.address.region;
}

bool S3Client::put_right(const Try& attempt, Remedies& done) {
  if (!attempt.broken.empty()) return false;
  if (!done.region && follow_region(attempt)) return done.region = true;
  if (!done.clock && attempt.error.code == "RequestTimeTooSkewed") {
    const std::int64_t date = parse_http_date(header_of(attempt.http, "date"));
    if (date > 0) clock_.correct(date);
    return done.clock = date > 0;
  }
  if (!done.credentials && is_expired(attempt.error))
    return done.credentials = credentials_.renew(attempt.credentials);
  return false;
}

bool S3Client::helps_to_ask_again(const Try& attempt, unsigned tries) const {
  if (attempt.hopeless || tries >= settings_.tries) return false;
  if (attempt.no_host && !answered_) return tries < kFirstTries;
  if (!attempt.broken.empty()) return true;
  return may_pass(attempt.http.status, attempt.error.code);
}

void S3Client::pause(unsigned tries, const std::string& key) const {
  using Clock = std::chrono::steady_clock;
  const auto doubled = settings_.first_pause * (1U << std::min(tries - 1, 16U));
  const Clock::time_point end =
      Clock::now() + with_jitter(std::min<std::chrono::milliseconds>(
                         settings_.longest_pause, doubled));
  while (Clock::now() < end) {
    if (settings_.stopped && settings_.stopped())
      throw StorageError("Stopped", 0,
                         shown_as(address(), key) +
                             ": not asked again: the run was told to stop");
    std::this_thread::sleep_for(std::min<Clock::duration>(
        std::chrono::milliseconds(100), end - Clock::now()));
  }
}

void S3Client::fail(const S3Request& request, const Try& attempt,
                    unsigned tries) const {
  FailedRequest failed{attempt.address,
                       request.key,
                       request.permission,
                       attempt.http.status,
                       attempt.error,
                       attempt.broken,
                       tries,
                       0};
  const std::string region =
      region_of_redirect(failed.status, failed.error,
                         header_of(attempt.http, "x-amz-bucket-region"));
  failed.error.region = region;
  failed.minutes_off = static_cast<double>(clock_.correction()) / 60;
  remove_all(failed.error.message, attempt.credentials.secret);
  remove_all(failed.error.message, attempt.credentials.session_token);
  throw error_of(failed);
}

void S3Client::refuse(const S3Request& request,
                      const StorageError& error) const {
  throw StorageError(
      "XML", 200,
      fmt::format("{}: the server's answer cannot be trusted: {}",
                  shown_as(address(), request.key), error.what()));
}

}  // namespace dregs
