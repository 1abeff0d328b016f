#include "tests/ask_registry.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <set>
#include <vector>

#include "scanner/files/descriptor.h"
#include "scanner/formats/digest.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 6;  // of a name's parts: a loop of links has no end

// --- What there is to ask for.

// Symbolic links are followed, as the server follows them.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    entries.push_back(entry.path());
  return entries;
}

std::optional<std::string> read_regular(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

bool can_be_asked_for(const std::string& name) {
  static const std::regex plain("[A-Za-z0-9._/-]+");
  return std::regex_match(name, plain);
}

void find_repositories(const fs::path& folder, const std::string& name,
                       int depth, std::vector<std::string>& found) {
  bool is_one = false;
  for (const fs::path& entry : entries_of(folder)) {
    const std::string part = entry.filename().string();
    if (part.starts_with('_'))
      is_one = true;
    else if (depth < kDeepest && fs::is_directory(entry))
      find_repositories(entry, name.empty() ? part : name + "/" + part,
                        depth + 1, found);
  }
  if (is_one && can_be_asked_for(name)) found.push_back(name);
}

// In <folder>/<alg>/<hex>/link: the digest in the path and that in the link.
void add_digests(std::set<std::string>& digests, const fs::path& folder) {
  for (const fs::path& algorithm : entries_of(folder)) {
    for (const fs::path& hex : entries_of(algorithm)) {
      digests.insert(algorithm.filename().string() + ":" +
                     hex.filename().string());
      if (const auto link = read_regular(hex / "link")) digests.insert(*link);
    }
  }
}

bool is_digest(const std::string& text) {
  return DigestText::parse(text).has_value();
}

class Interview {
 public:
  Interview(fs::path repository, std::string name, const Ask& ask,
            Answers& answers)
      : folder_(std::move(repository)),
        name_(std::move(name)),
        ask_(ask),
        answers_(answers) {}

  void run() {
    for (const fs::path& tag : entries_of(folder_ / "_manifests/tags"))
      if (can_be_asked_for(tag.filename())) ask({name_, true, tag.filename()});
    std::set<std::string> digests;
    add_digests(digests, folder_ / "_manifests/revisions");
    add_digests(digests, folder_ / "_layers");
    for (const std::string& digest : digests) ask_for(digest);
  }

 private:
  void ask_for(const std::string& digest) {
    if (!is_digest(digest)) return;
    ask({name_, false, digest});
    ask({name_, true, digest});
  }

  void ask(const Question& question) {
    if (answers_.contains(question)) return;
    const Answer& answer = answers_[question] = ask_(question);
    if (question.manifest && answer.served()) ask_for_what_it_says(answer.body);
  }

  void ask_for_what_it_says(const std::string& body) {
    static const std::regex digest("sha(256|384|512):[0-9a-f]{64,128}");
    using Matches = std::sregex_iterator;
    for (Matches match(body.begin(), body.end(), digest); match != Matches();
         ++match)
      ask_for(match->str());
  }

  fs::path folder_;
  std::string name_;
  const Ask& ask_;
  Answers& answers_;
};

// --- HTTP.

constexpr const char* kAccept =
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.v1+prettyjws, */*";

Descriptor connect_to(int port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{10, 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address),
              sizeof address) != 0)
    return Descriptor();
  return socket;
}

std::string exchange(int socket, const std::string& request) {
  std::string response;
  if (send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0)
    return response;
  char buffer[65536];
  for (ssize_t n = 0; (n = recv(socket, buffer, sizeof buffer, 0)) > 0;)
    response.append(buffer, static_cast<std::size_t>(n));
  return response;
}

std::string header(const std::string& head, const std::string& name) {
  const std::string start = "\r\n" + name + ": ";
  const std::size_t found = head.find(start);
  if (found == std::string::npos) return "";
  const std::size_t value = found + start.size();
  return head.substr(value, head.find("\r\n", value) - value);
}

std::string without_signatures(const std::string& body) {
  nlohmann::json manifest = nlohmann::json::parse(body, nullptr, false);
  if (!manifest.is_object() || manifest.value("schemaVersion", 0) != 1)
    return body;
  manifest.erase("signatures");
  return manifest.dump();
}

// Of a whole response; no answer where less came than it announced.
Answer parse_response(const std::string& response) {
  const std::size_t end = response.find("\r\n\r\n");
  if (end == std::string::npos || response.size() < 12) return {};
  Answer answer;
  std::from_chars(response.data() + 9, response.data() + 12, answer.status);
  const std::string head = response.substr(0, end + 2);
  answer.body = response.substr(end + 4);
  const std::string length = header(head, "Content-Length");
  if (!length.empty() && std::to_string(answer.body.size()) != length)
    return {};
  if (header(head, "Content-Type").ends_with("manifest.v1+prettyjws"))
    answer.body = without_signatures(answer.body);
  answer.digest = header(head, "Docker-Content-Digest");
  return answer;
}

// --- Registry 3, as read in its source.

std::optional<std::string> follow_link(const fs::path& folder,
                                       const std::string& digest) {
  const std::size_t colon = digest.find(':');
  const auto link = read_regular(folder / digest.substr(0, colon) /
                                 digest.substr(colon + 1) / "link");
  return link && is_digest(*link) ? link : std::nullopt;
}

Answer read_blob(const fs::path& v2, const std::optional<std::string>& digest) {
  if (!digest) return {404};
  const std::size_t colon = digest->find(':');
  const std::string hex = digest->substr(colon + 1);
  const auto bytes = read_regular(v2 / "blobs" / digest->substr(0, colon) /
                                  hex.substr(0, 2) / hex / "data");
  return bytes ? Answer{200, *bytes, *digest} : Answer{404};
}

}  // namespace

std::string to_string(const Question& question) {
  if (!question.manifest)
    return fmt::format("the blob {} of {}", question.reference,
                       question.repository);
  return fmt::format("{}{}{}", question.repository,
                     is_digest(question.reference) ? "@" : ":",
                     question.reference);
}

Answers ask_for_everything(const fs::path& v2, const Ask& ask) {
  std::vector<std::string> repositories;
  find_repositories(v2 / "repositories", "", 0, repositories);
  Answers answers;
  for (const std::string& name : repositories)
    Interview(v2 / "repositories" / name, name, ask, answers).run();
  return answers;
}

Answers ask_again(const Answers& before, const Ask& ask) {
  Answers answers;
  for (const auto& [question, answer] : before)
    answers[question] = ask(question);
  return answers;
}

Answer ask_server(int port, const Question& question) {
  const Descriptor socket = connect_to(port);
  if (socket.get() < 0) return {};
  return parse_response(exchange(
      socket.get(),
      fmt::format("GET /v2/{}/{}/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {}"
                  "\r\nConnection: close\r\n\r\n",
                  question.repository,
                  question.manifest ? "manifests" : "blobs", question.reference,
                  kAccept)));
}

Answer ask_model_of_registry_3(const fs::path& v2, const Question& question) {
  const fs::path repository = v2 / "repositories" / question.repository;
  if (!question.manifest)
    return read_blob(v2,
                     follow_link(repository / "_layers", question.reference));
  std::string digest = question.reference;
  if (!is_digest(digest)) {
    const auto current =
        read_regular(repository / "_manifests/tags" / digest / "current/link");
    if (!current || !is_digest(*current)) return {404};
    digest = *current;
  }
  return read_blob(v2,
                   follow_link(repository / "_manifests/revisions", digest));
}

}  // namespace dregs
