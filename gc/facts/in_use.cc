#include "gc/facts/in_use.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "scanner/formats/escaped.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/trimmed.h"

namespace dregs {
namespace {

// Older clusters write "docker-pullable://host/app@sha256:…".
std::string_view without_scheme(std::string_view text) {
  const std::size_t at = text.find("://");
  return at == std::string_view::npos ? text : text.substr(at + 3);
}

bool is_repository(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (std::isalnum(static_cast<unsigned char>(c)) != 0) ||
           std::string_view("./_-:[]").find(c) != std::string_view::npos;
  });
}

std::optional<InUseReference> parse_reference(std::string_view text) {
  InUseReference reference;
  reference.text = trimmed(text);
  std::string_view rest = without_scheme(reference.text);
  if (const auto digest = DigestText::parse(rest)) {
    reference.digest = rest;
    return reference;
  }
  const std::size_t at = rest.find('@');
  if (at != std::string_view::npos) {
    reference.digest = rest.substr(at + 1);
    if (!DigestText::parse(reference.digest)) return std::nullopt;
    rest = rest.substr(0, at);
  }
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos &&
      rest.find('/', colon) == std::string_view::npos) {
    reference.tag = rest.substr(colon + 1);
    if (!layout::is_legal_tag(reference.tag)) return std::nullopt;
    rest = rest.substr(0, colon);
  }
  if (!is_repository(rest)) return std::nullopt;
  reference.repository = rest;
  if (reference.tag.empty() && reference.digest.empty())
    reference.tag = "latest";
  return reference;
}

// Kubernetes writes `reference` where it mounts an image as a volume.
bool names_an_image(std::string key) {
  std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return key == "image" || key == "imageid" || key == "reference";
}

// nlohmann calls this for each value of a document, so deep nesting needs no
// stack.
class ImageFinder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit ImageFinder(std::vector<InUseReference>& found) : found_(found) {}

  const std::string& why() const { return why_; }

  bool null() override { return forget(); }
  bool boolean(bool) override { return forget(); }
  bool number_integer(number_integer_t) override { return forget(); }
  bool number_unsigned(number_unsigned_t) override { return forget(); }
  bool number_float(number_float_t, const string_t&) override {
    return forget();
  }
  bool binary(binary_t&) override { return forget(); }
  bool string(string_t& value) override {
    if (expected_)
      if (auto reference = parse_reference(value))
        found_.push_back(std::move(*reference));
    return forget();
  }
  bool start_object(std::size_t) override { return forget(); }
  bool end_object() override { return forget(); }
  bool start_array(std::size_t) override { return forget(); }
  bool end_array() override { return forget(); }
  bool key(string_t& name) override {
    expected_ = names_an_image(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    why_ = error.what();
    return false;
  }

 private:
  bool forget() {
    expected_ = false;
    return true;
  }

  std::vector<InUseReference>& found_;
  bool expected_ = false;  // the value of an image's key comes next
  std::string why_;
};

// "[json.exception.parse_error.101] parse error at line 2, column 1: …"
std::string in_words(const std::string& why) {
  const std::size_t at = why.find("] ");
  return escaped(at == std::string::npos ? why : why.substr(at + 2));
}

void read_documents(const std::string& text, InUseList& list) {
  std::istringstream stream(text);
  while (stream >> std::ws &&
         stream.peek() != std::istringstream::traits_type::eof()) {
    ImageFinder finder(list.references);
    if (!nlohmann::json::sax_parse(stream, &finder,
                                   nlohmann::json::input_format_t::json, false))
      throw InUseError(
          fmt::format("{}: not JSON: {}", list.name, in_words(finder.why())));
  }
}

void read_lines(const std::string& text, InUseList& list) {
  std::istringstream stream(text);
  std::string line;
  for (std::size_t number = 1; std::getline(stream, line); ++number) {
    const std::string_view word =
        trimmed(std::string_view(line).substr(0, line.find('#')));
    if (word.empty()) continue;
    auto reference = parse_reference(word);
    if (!reference)
      throw InUseError(fmt::format("{}:{}: '{}' is no image reference",
                                   list.name, number, escaped(word)));
    list.references.push_back(std::move(*reference));
  }
}

}  // namespace

InUseList parse_in_use(const std::string& text, const std::string& name) {
  InUseList list{name, {}};
  const std::string_view content = trimmed(text);
  if (content.starts_with('{') || content.starts_with('['))
    read_documents(text, list);
  else
    read_lines(text, list);
  const auto by_text = [](const InUseReference& a, const InUseReference& b) {
    return a.text < b.text;
  };
  const auto same = [](const InUseReference& a, const InUseReference& b) {
    return a.text == b.text;
  };
  std::vector<InUseReference>& all = list.references;
  std::sort(all.begin(), all.end(), by_text);
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return list;
}

std::vector<std::string> possible_repositories(
    const InUseReference& reference) {
  if (reference.repository.empty()) return {};
  std::vector<std::string> all = {reference.repository};
  const std::size_t slash = reference.repository.find('/');
  if (slash == std::string::npos)
    all.push_back(fmt::format("library/{}", reference.repository));
  else
    all.push_back(reference.repository.substr(slash + 1));
  return all;
}

}  // namespace dregs
