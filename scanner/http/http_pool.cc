#include "scanner/http/http_pool.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <utility>

#include "scanner/formats/lower_case.h"
#include "scanner/formats/trimmed.h"

namespace dregs {
namespace {

void start_curl() {
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_ALL);
  if (kStarted != CURLE_OK)
    throw std::runtime_error(std::string("libcurl cannot start: ") +
                             curl_easy_strerror(kStarted));
}

// A libcurl that was linked statically knows no distribution's place of it.
std::string find_ca_file() {
  std::error_code ignored;
  for (const char* file :
       {"/etc/ssl/certs/ca-certificates.crt",  // Debian, Alpine
        "/etc/pki/tls/certs/ca-bundle.crt",    // Fedora, RHEL
        "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"})
    if (std::filesystem::exists(file, ignored)) return file;
  return {};
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

HeaderList list_of(const std::vector<std::string>& headers) {
  HeaderList list;
  const auto append = [&](const char* line) {
    curl_slist* longer = curl_slist_append(list.get(), line);
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(list.release());
    list.reset(longer);
  };
  for (const std::string& header : headers) append(header.c_str());
  // What curl would add by itself, unsigned.
  append("Expect:");
  append("Content-Type:");
  return list;
}

// What the callbacks know. They must let no exception pass through C.
struct Transfer {
  const HttpRequest& request;
  HttpAnswer& answer;
  std::exception_ptr thrown;
  bool too_large = false;
};

void add_part(Transfer& transfer, std::string_view part) {
  const int status = transfer.answer.status;
  if (transfer.request.sink && status >= 200 && status < 300) {
    transfer.request.sink(transfer.answer, part);
    return;
  }
  std::string& body = transfer.answer.body;
  // An answer that is an error has a body of its own.
  const std::size_t limit =
      status >= 300 ? std::max<std::size_t>(transfer.request.at_most, 1U << 20U)
                    : transfer.request.at_most;
  transfer.too_large = part.size() > limit - std::min(limit, body.size());
  if (!transfer.too_large) body += part;
}

std::size_t take_body(char* bytes, std::size_t size, std::size_t count,
                      void* to) {
  auto& transfer = *static_cast<Transfer*>(to);
  try {
    add_part(transfer, {bytes, size * count});
  } catch (...) {
    transfer.thrown = std::current_exception();
  }
  return transfer.thrown || transfer.too_large ? 0 : size * count;
}

// "HTTP/1.1 206 Partial Content"
int status_of(std::string_view line) {
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos || blank + 4 > line.size()) return 0;
  int status = 0;
  for (const char c : line.substr(blank + 1, 3))
    status = status * 10 + (c - '0');
  return status;
}

void add_header(HttpAnswer& answer, std::string_view line) {
  if (line.starts_with("HTTP/")) {  // of "100 Continue" another one follows
    answer.headers.clear();
    answer.status = status_of(line);
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  answer.headers[in_lower_case(line.substr(0, colon))] =
      trimmed(line.substr(colon + 1));
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count,
                        void* to) {
  auto& transfer = *static_cast<Transfer*>(to);
  try {
    add_header(transfer.answer, trimmed({bytes, size * count}));
  } catch (...) {
    transfer.thrown = std::current_exception();
  }
  return transfer.thrown ? 0 : size * count;
}

void set_connection(CURL* curl, const HttpSettings& settings,
                    std::chrono::seconds stall) {
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(settings.connect_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME,
                   static_cast<long>(stall.count()));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, settings.user_agent.c_str());
  if (!settings.use_proxy) curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
}

void set_trust(CURL* curl, const HttpSettings& settings) {
  if (!settings.ca_file.empty())
    curl_easy_setopt(curl, CURLOPT_CAINFO, settings.ca_file.c_str());
  if (!settings.skip_verify) return;
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
}

void set_message(CURL* curl, const HttpRequest& request,
                 const curl_slist* headers) {
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  if (request.method == "HEAD") curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method != "PUT" && request.method != "POST") return;
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
}

// `os_error` is the errno of the connection's failure.
HttpError::Kind kind_of(CURLcode code, long os_error) {
  switch (code) {
    case CURLE_COULDNT_CONNECT:
      return os_error == ECONNREFUSED ? HttpError::Kind::refused
                                      : HttpError::Kind::no_host;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return HttpError::Kind::no_host;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return HttpError::Kind::untrusted;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_FUNCTION_ARGUMENT:
      return HttpError::Kind::impossible;
    default:
      return HttpError::Kind::broken;
  }
}

}  // namespace

std::string HttpAnswer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

void HttpPool::Close::operator()(void* handle) const {
  curl_easy_cleanup(handle);
}

HttpPool::HttpPool(HttpSettings settings)
    : settings_([&] {
        start_curl();
        if (settings.ca_file.empty()) settings.ca_file = find_ca_file();
        return std::move(settings);
      }()) {}

HttpPool::~HttpPool() = default;

HttpPool::Handle HttpPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Handle handle = std::move(idle_.back());
      idle_.pop_back();
      return handle;
    }
  }
  Handle handle(curl_easy_init());
  if (!handle) throw std::bad_alloc();
  return handle;
}

void HttpPool::give_back(Handle handle) {
  curl_easy_reset(handle.get());  // its connections stay
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(handle));
}

void HttpPool::perform(const HttpRequest& request, HttpAnswer& answer) {
  answer = {};
  Handle handle = take();
  const HeaderList headers = list_of(request.headers);
  Transfer transfer{request, answer, nullptr};
  std::array<char, CURL_ERROR_SIZE> said{};
  set_connection(handle.get(), settings_,
                 request.stall_timeout.count() != 0 ? request.stall_timeout
                                                    : settings_.stall_timeout);
  set_trust(handle.get(), settings_);
  set_message(handle.get(), request, headers.get());
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(handle.get(), CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(handle.get(), CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, said.data());
  const CURLcode code = curl_easy_perform(handle.get());
  long os_error = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_OS_ERRNO, &os_error);
  give_back(std::move(handle));
  if (transfer.thrown) std::rethrow_exception(transfer.thrown);
  if (transfer.too_large)
    throw HttpError(HttpError::Kind::too_large, "the answer is too large");
  if (code == CURLE_OK) return;
  throw HttpError(kind_of(code, os_error), said.front() != '\0'
                                               ? std::string(said.data())
                                               : curl_easy_strerror(code));
}

std::int64_t parse_http_date(const std::string& date) {
  return curl_getdate(date.c_str(), nullptr);
}

}  // namespace dregs
