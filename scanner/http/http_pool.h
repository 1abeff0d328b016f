// HTTP/1.1 by libcurl over connections that stay open. Redirects are not
// followed: who signs a request knows whom it is for.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace dregs {

struct HttpSettings {
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::seconds stall_timeout{60};  // without a byte in either direction
  bool skip_verify = false;                // takes any certificate
  std::string ca_file;    // empty: the one of this machine's distribution
  bool use_proxy = true;  // of the environment: https_proxy and its like
  std::string user_agent = "dregs";
};

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  // Empty where the answer has none of that name.
  std::string header(const std::string& name) const;
};

// Gets a body in parts, with the status and headers of its answer.
using BodySink = std::function<void(const HttpAnswer&, std::string_view)>;

struct HttpRequest {
  std::string method;
  std::string url;
  std::vector<std::string> headers;  // "name: value"
  std::string_view body;             // of PUT and POST
  std::size_t at_most = 0;           // bytes of the answer's body
  BodySink sink;  // where set, gets the body of an answer that is a success
  std::chrono::seconds stall_timeout{0};  // 0: that of the settings
};

// No whole answer came. what() is curl's sentence, without any header.
class HttpError : public std::runtime_error {
 public:
  enum class Kind {
    broken,
    no_host,  // no such name, or no way there
    refused,  // the host is there, and nobody listens
    untrusted,
    too_large,
    impossible,
  };
  HttpError(Kind kind, const std::string& what)
      : std::runtime_error(what), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

// Any number of threads may call perform(); each call has a connection of its
// own, which the next call takes over.
class HttpPool {
 public:
  explicit HttpPool(HttpSettings settings);
  ~HttpPool();
  HttpPool(const HttpPool&) = delete;
  HttpPool& operator=(const HttpPool&) = delete;

  // Throws HttpError, and what the sink throws. `answer` holds what came until
  // then.
  void perform(const HttpRequest& request, HttpAnswer& answer);

 private:
  struct Close {
    void operator()(void* handle) const;
  };
  using Handle = std::unique_ptr<void, Close>;

  Handle take();
  void give_back(Handle handle);

  const HttpSettings settings_;
  std::mutex mutex_;
  std::vector<Handle> idle_;
};

// In seconds since the epoch, of "Fri, 27 Nov 2026 11:05:00 GMT"; -1 for what
// is no date.
std::int64_t parse_http_date(const std::string& date);

}  // namespace dregs
