// A small HTTP/1.1 server on loopback, with a thread for each connection; what
// it answers is a function. It can break off or fall silent in the middle.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace dregs {

struct ServedRequest {
  std::string method;
  std::string path;                            // as it came: escaped
  std::string query;                           // the same, without '?'
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  std::string header(const std::string& name) const;
};

struct ServedAnswer {
  enum class End { whole, cut, stalled };

  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::optional<std::string> date;  // empty: now; "" for none at all
  End end = End::whole;
  std::size_t end_at = 0;  // bytes of the body that are sent before
};

class HttpServer {
 public:
  using Answer = std::function<ServedAnswer(const ServedRequest&)>;

  explicit HttpServer(Answer answer);  // called by several threads
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::string host() const;  // "127.0.0.1:PORT"
  std::uint64_t connections() const { return connections_; }

 private:
  void accept_all();
  void serve(int socket);
  bool send_answer(int socket, const ServedRequest& request,
                   const ServedAnswer& answer);

  Answer answer_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> connections_{0};
  std::mutex mutex_;
  bool stopped_ = false;
  std::set<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

// "Fri, 27 Nov 2026 11:05:00 GMT"
std::string http_date(std::int64_t seconds);

}  // namespace dregs
