#include "http_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <stdexcept>

namespace dregs {
namespace {

// Reads more into `buffer`; false where the peer went away.
bool receive_more(int socket, std::string& buffer) {
  std::array<char, 65536> bytes{};
  const ssize_t got = recv(socket, bytes.data(), bytes.size(), 0);
  if (got <= 0) return false;
  buffer.append(bytes.data(), static_cast<std::size_t>(got));
  return true;
}

bool send_bytes(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void read_request_line(std::string_view line, ServedRequest& request) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  request.method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
}

void read_header_line(std::string_view line, ServedRequest& request) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  line.remove_prefix(colon + 1);
  while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  request.headers[name] = line;
}

ServedRequest parse_request(std::string_view head) {
  ServedRequest request;
  bool first = true;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    if (first)
      read_request_line(head.substr(0, end), request);
    else
      read_header_line(head.substr(0, end), request);
    first = false;
    head.remove_prefix(std::min(end + 2, head.size()));
  }
  return request;
}

std::optional<ServedRequest> receive_request(int socket, std::string& buffer) {
  std::size_t end = 0;
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos)
    if (!receive_more(socket, buffer)) return std::nullopt;
  ServedRequest request =
      parse_request(std::string_view(buffer).substr(0, end));
  buffer.erase(0, end + 4);
  const std::string length = request.header("content-length");
  const std::size_t size = length.empty() ? 0 : std::stoul(length);
  while (buffer.size() < size)
    if (!receive_more(socket, buffer)) return std::nullopt;
  request.body = buffer.substr(0, size);
  buffer.erase(0, size);
  return request;
}

std::string head_of(const ServedAnswer& answer) {
  std::string head = fmt::format("HTTP/1.1 {} Said\r\n", answer.status);
  for (const auto& [name, value] : answer.headers)
    head += fmt::format("{}: {}\r\n", name, value);
  const std::string date = answer.date.value_or(http_date(std::time(nullptr)));
  if (!date.empty()) head += fmt::format("Date: {}\r\n", date);
  const bool says_size = std::any_of(
      answer.headers.begin(), answer.headers.end(),
      [](const auto& header) { return header.first == "Content-Length"; });
  if (!says_size && answer.status != 204)
    head += fmt::format("Content-Length: {}\r\n", answer.body.size());
  return head + "\r\n";
}

}  // namespace

std::string ServedRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

HttpServer::HttpServer(Answer answer) : answer_(std::move(answer)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 128) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no socket on loopback");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

HttpServer::~HttpServer() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (const int socket : open_) shutdown(socket, SHUT_RDWR);
  }
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  close(listener_);
}

std::string HttpServer::host() const {
  return fmt::format("127.0.0.1:{}", port_);
}

void HttpServer::accept_all() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (stopped_ || socket < 0) {
      if (socket >= 0) close(socket);
      return;
    }
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++connections_;
    open_.insert(socket);
    threads_.emplace_back([this, socket] { serve(socket); });
  }
}

void HttpServer::serve(int socket) {
  std::string buffer;
  while (const auto request = receive_request(socket, buffer))
    if (!send_answer(socket, *request, answer_(*request))) break;
  const std::lock_guard lock(mutex_);
  open_.erase(socket);
  close(socket);
}

bool HttpServer::send_answer(int socket, const ServedRequest& request,
                             const ServedAnswer& answer) {
  if (!send_bytes(socket, head_of(answer))) return false;
  if (request.method == "HEAD") return true;
  std::string_view body = answer.body;
  if (answer.end != ServedAnswer::End::whole)
    body = body.substr(0, answer.end_at);
  if (!send_bytes(socket, body)) return false;
  if (answer.end == ServedAnswer::End::stalled) {
    std::string ignored;  // until the client has had enough
    receive_more(socket, ignored);
  }
  return answer.end == ServedAnswer::End::whole;
}

std::string http_date(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 64> text{};
  const std::size_t size = std::strftime(text.data(), text.size(),
                                         "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

}  // namespace dregs
