#include "s3_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <thread>
#include <utility>

#include "s3_answering.h"
#include "scanner/http/http_pool.h"

namespace dregs {
namespace {

// What stands behind `name` up to the next comma.
std::string part_of_authorization(const std::string& value,
                                  const std::string& name) {
  const std::size_t at = value.find(name + "=");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 1;
  return value.substr(begin, value.find(',', begin) - begin);
}

UnsignedRequest signed_parts(const ServedRequest& request,
                             const AskedOfBucket& asked,
                             const std::string& names) {
  UnsignedRequest parts{request.method,
                        request.path,
                        {},
                        {},
                        request.header("x-amz-content-sha256")};
  for (const auto& pair : asked.query) parts.query.push_back(pair);
  std::size_t at = 0;
  while (at <= names.size()) {
    const std::size_t end = std::min(names.find(';', at), names.size());
    const std::string name = names.substr(at, end - at);
    parts.headers.push_back({name, request.header(name)});
    at = end + 1;
  }
  return parts;
}

std::int64_t seconds_of(const std::string& amz_date) {
  std::tm parts{};
  if (strptime(amz_date.c_str(), "%Y%m%dT%H%M%SZ", &parts) == nullptr) return 0;
  return timegm(&parts);
}

void repeat_token(ServedAnswer& answer, const AskedOfBucket& asked) {
  const std::string token = asked.parameter("continuation-token");
  const std::string said = token.empty() ? "first" : token;
  std::string& body = answer.body;
  const std::size_t at = body.find("<IsTruncated>");
  body = body.substr(0, at) +
         "<IsTruncated>true</IsTruncated>"
         "<NextContinuationToken>" +
         said + "</NextContinuationToken></ListBucketResult>";
}

void unsort(ServedAnswer& answer) {
  std::string& body = answer.body;
  const std::size_t first = body.find("<Contents>");
  const std::size_t last = body.rfind("<Contents>");
  const std::size_t end = body.rfind("</Contents>");
  if (first == last) return;
  const std::string moved = body.substr(last, end + 11 - last);
  body.erase(last, moved.size());
  body.insert(first, moved);
}

ServedAnswer status_answer(const Fault& fault) {
  return error_answer(fault.status, fault.code);
}

// Puts the fault into an answer that is sound so far.
void spoil(ServedAnswer& answer, const Fault& fault,
           const AskedOfBucket& asked) {
  switch (fault.kind) {
    case Fault::Kind::status:
      answer = status_answer(fault);
      break;
    case Fault::Kind::cut:
      answer.end = ServedAnswer::End::cut;
      answer.end_at = fault.at;
      break;
    case Fault::Kind::stall:
      answer.end = ServedAnswer::End::stalled;
      answer.end_at = fault.at;
      break;
    case Fault::Kind::truncate:
      answer.body.resize(answer.body.size() / 2);
      break;
    case Fault::Kind::replace:
      answer.body = fault.text;
      break;
    case Fault::Kind::repeat_token:
      repeat_token(answer, asked);
      break;
    case Fault::Kind::unsorted:
      unsort(answer);
      break;
    case Fault::Kind::date:
      answer.date = fault.text;
      break;
    case Fault::Kind::etag:
      answer.headers = {{"ETag", "\"other\""}};
      break;
    case Fault::Kind::too_skewed:
      answer = error_answer(403, "RequestTimeTooSkewed");
      answer.date = fault.text;
      break;
    case Fault::Kind::region:
      answer = error_answer(400, "AuthorizationHeaderMalformed",
                            "<Region>" + fault.text + "</Region>");
      break;
    case Fault::Kind::key_error:
    case Fault::Kind::forget_key:
    case Fault::Kind::write:
      break;  // the answer, or the bucket, has them already
  }
}

// Whether a fault is one on this very request.
bool concerns(const Fault& fault, const ServedRequest& request) {
  if (fault.kind == Fault::Kind::too_skewed)
    return std::abs(seconds_of(request.header("x-amz-date")) -
                    parse_http_date(fault.text)) > 900;
  if (fault.kind == Fault::Kind::region)
    return request.header("authorization").find("/" + fault.text + "/s3/") ==
           std::string::npos;
  return true;
}

}  // namespace

S3Server::S3Server(S3ServerSettings settings)
    : settings_(std::move(settings)),
      server_(
          [this](const ServedRequest& request) { return answer(request); }) {
  accept(settings_.credentials);
}

void S3Server::put(const std::string& key, const std::string& bytes,
                   const std::string& storage_class) {
  const std::lock_guard lock(mutex_);
  write(key, bytes, storage_class);
}

void S3Server::write(const std::string& key, const std::string& bytes,
                     const std::string& storage_class) {
  KeptVersion version;
  version.bytes = bytes;
  version.modified_ns = std::time(nullptr) * 1'000'000'000;
  version.storage_class = storage_class;
  bucket_.put(key, std::move(version));
}

std::string S3Server::begin_upload(const std::string& key,
                                   const std::vector<std::string>& parts) {
  const std::lock_guard lock(mutex_);
  const std::string id = fmt::format("pending-{}", bucket_.uploads.size() + 1);
  KeptUpload& upload = bucket_.uploads[id];
  upload.key = key;
  upload.initiated_ns = std::time(nullptr) * 1'000'000'000;
  for (const std::string& part : parts)
    upload.parts[static_cast<unsigned>(upload.parts.size() + 1)] = part;
  return id;
}

std::vector<std::string> S3Server::keys() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> keys;
  for (const auto& [key, versions] : bucket_.keys)
    if (bucket_.find(key) != nullptr) keys.push_back(key);
  return keys;
}

std::string S3Server::bytes_of(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const KeptVersion* version = bucket_.find(key);
  return version == nullptr ? "" : version->bytes;
}

void S3Server::with_bucket(const std::function<void(S3Bucket&)>& work) {
  const std::lock_guard lock(mutex_);
  work(bucket_);
}

void S3Server::inject(Fault fault) {
  const std::lock_guard lock(mutex_);
  faults_.push_back(std::move(fault));
}

void S3Server::deny(Asked asked) {
  inject({.on = asked, .times = -1, .status = 403, .code = "AccessDenied"});
}

void S3Server::admit(Admit admit) {
  const std::lock_guard lock(mutex_);
  admit_ = std::move(admit);
  asked_ = 0;
}

void S3Server::expire(const std::string& key_id) {
  const std::lock_guard lock(mutex_);
  expired_.insert(key_id);
}

void S3Server::accept(const Credentials& credentials) {
  const std::lock_guard lock(mutex_);
  known_[credentials.key_id] = credentials;
}

std::uint64_t S3Server::count(Asked asked) {
  const std::lock_guard lock(mutex_);
  return counts_[asked];
}

std::uint64_t S3Server::requests() {
  const std::lock_guard lock(mutex_);
  std::uint64_t all = 0;
  for (const auto& [asked, count] : counts_) all += count;
  return all;
}

std::uint64_t S3Server::most_at_once() {
  const std::lock_guard lock(mutex_);
  return most_running_;
}

// The code of the refusal; empty where the signature is right.
std::string S3Server::refuse_signature(const ServedRequest& request) {
  const std::string said = request.header("authorization");
  const std::string scope =
      part_of_authorization(said, "AWS4-HMAC-SHA256 Credential");
  const std::string key_id = scope.substr(0, scope.find('/'));
  const auto known = known_.find(key_id);
  if (known == known_.end()) return "InvalidAccessKeyId";
  if (expired_.contains(key_id)) return "ExpiredToken";
  if (request.header("x-amz-security-token") != known->second.session_token)
    return "InvalidToken";
  const std::string region =
      scope.substr(key_id.size() + 10, scope.find("/s3/") - key_id.size() - 10);
  const std::string time = request.header("x-amz-date");
  const AskedOfBucket asked = understand(request, settings_.bucket);
  const std::string right =
      authorization(signed_parts(request, asked,
                                 part_of_authorization(said, "SignedHeaders")),
                    known->second, region, time);
  const bool same_body =
      request.header("x-amz-content-sha256") == sha256_hex(request.body);
  return right == said && same_body ? "" : "SignatureDoesNotMatch";
}

std::vector<Fault> S3Server::faults_on(Asked asked) {
  std::vector<Fault> now;
  for (Fault& fault : faults_) {
    if (fault.on != asked || fault.times == 0) continue;
    if (fault.after > 0) {
      --fault.after;
      continue;
    }
    now.push_back(fault);
    if (fault.times > 0) --fault.times;
  }
  return now;
}

ServedAnswer S3Server::answer(const ServedRequest& request) {
  ServedAnswer answer;
  {
    const std::lock_guard lock(mutex_);
    most_running_ = std::max(most_running_, ++running_);
  }
  if (settings_.latency.count() != 0)
    std::this_thread::sleep_for(settings_.latency);
  const std::lock_guard lock(mutex_);
  --running_;
  const AskedOfBucket asked = understand(request, settings_.bucket);
  ++counts_[asked.kind];
  if (admit_ && !admit_(++asked_)) return error_answer(503, "SlowDown");
  if (!request.path.starts_with("/" + settings_.bucket))
    return error_answer(404, "NoSuchBucket");
  if (const std::string code = refuse_signature(request); !code.empty())
    return error_answer(code == "ExpiredToken" ? 400 : 403, code);
  std::vector<Fault> faults = faults_on(asked.kind);
  std::erase_if(faults,
                [&](const Fault& fault) { return !concerns(fault, request); });
  const bool refused =
      std::any_of(faults.begin(), faults.end(), [](const Fault& fault) {
        return fault.kind == Fault::Kind::status ||
               fault.kind == Fault::Kind::too_skewed ||
               fault.kind == Fault::Kind::region;
      });
  if (!refused) answer = answer_of(bucket_, settings_, asked, faults);
  for (const Fault& fault : faults)
    if (fault.kind == Fault::Kind::write) write(fault.text, "written");
  for (const Fault& fault : faults) spoil(answer, fault, asked);
  return answer;
}

}  // namespace dregs
