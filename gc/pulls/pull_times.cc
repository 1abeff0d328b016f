#include "gc/pulls/pull_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "gc/pulls/log_time.h"
#include "scanner/formats/digest.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/text.h"
#include "scanner/manifests/go_json.h"

namespace dregs {
namespace {

constexpr std::string_view kPullsSchema = "dregs.pulls/1";
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

bool is_reference(std::string_view text) {
  return layout::is_legal_tag(text) || DigestText::parse(text).has_value();
}

[[noreturn]] void refuse_pulls(const std::string& name, std::string_view why) {
  throw std::runtime_error(fmt::format(
      "the state {} {}; remove it, and read the logs again that are left",
      escaped(name), why));
}

class PullsReader {
 public:
  explicit PullsReader(const std::string& name) : name_(name) {}

  PullTimes read(std::string_view text) {
    simdjson::dom::object top;
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
      refuse_pulls(name_, "is empty");
    if (!parse_go_object(text, top))
      refuse_pulls(name_, "is no JSON: it was changed or cut short");
    std::string_view schema;
    if (top["schema"].get(schema) != simdjson::SUCCESS ||
        schema != kPullsSchema)
      refuse_pulls(name_, "is not one that dregs pulls wrote");
    read_since(top);
    read_repositories(top);
    return std::move(pulls_);
  }

 private:
  void read_since(simdjson::dom::object top) {
    simdjson::dom::element since;
    if (top["since"].get(since) != simdjson::SUCCESS)
      refuse_pulls(name_, "has no `since`");
    if (!since.is_null()) pulls_.note_known_since(time(since, "since"));
  }

  void read_repositories(simdjson::dom::object top) {
    simdjson::dom::object repositories;
    if (top["repositories"].get(repositories) != simdjson::SUCCESS)
      refuse_pulls(name_, "has no `repositories`");
    for (const auto [repository, references] : repositories) {
      simdjson::dom::object all;
      if (references.get(all) != simdjson::SUCCESS)
        refuse_pulls(name_, "has something else than references for " +
                                escaped(repository));
      for (const auto [reference, at] : all)
        if (!pulls_.note_pull(repository, reference, time(at, reference)))
          refuse_pulls(name_,
                       fmt::format("names {}:{}, which no server does",
                                   escaped(repository), escaped(reference)));
    }
  }

  std::int64_t time(simdjson::dom::element element, std::string_view of) {
    std::string_view text;
    if (element.get(text) == simdjson::SUCCESS)
      if (const auto at_s = parse_rfc3339(text)) return *at_s;
    refuse_pulls(name_, "has something else than a time for " + escaped(of));
  }

  const std::string& name_;
  PullTimes pulls_;
};

}  // namespace

bool PullTimes::note_pull(std::string_view repository,
                          std::string_view reference, std::int64_t at_s) {
  if (!layout::is_legal_repository_name(repository) || !is_reference(reference))
    return false;
  auto all = repositories_.find(repository);
  if (all == repositories_.end())
    all = repositories_.emplace(std::string(repository), References()).first;
  auto known = all->second.find(reference);
  if (known == all->second.end())
    all->second.emplace(std::string(reference), at_s);
  else
    known->second = std::max(known->second, at_s);
  return true;
}

void PullTimes::note_known_since(std::int64_t at_s) {
  since_s_ = std::min(since_s_.value_or(at_s), at_s);
}

std::optional<std::int64_t> PullTimes::last_pull_ns(
    std::string_view repository, std::string_view reference) const {
  const auto all = repositories_.find(repository);
  if (all == repositories_.end()) return std::nullopt;
  const auto known = all->second.find(reference);
  if (known == all->second.end()) return std::nullopt;
  return known->second * kNsPerSecond;
}

std::optional<std::int64_t> PullTimes::known_since_ns() const {
  if (!since_s_) return std::nullopt;
  return *since_s_ * kNsPerSecond;
}

std::string pulls_text(const PullTimes& pulls) {
  const auto since_ns = pulls.known_since_ns();
  std::string text = fmt::format(
      "{{\n  \"schema\": \"{}\",\n  \"since\": {},\n  \"repositories\": {{",
      kPullsSchema,
      since_ns ? fmt::format("\"{}\"", rfc3339(*since_ns)) : "null");
  // A name that servers accept needs no escaping.
  const char* comma = "";
  for (const auto& [repository, references] : pulls.repositories()) {
    fmt::format_to(std::back_inserter(text), "{}\n    \"{}\": {{", comma,
                   repository);
    const char* inner = "";
    for (const auto& [reference, at_s] : references) {
      fmt::format_to(std::back_inserter(text), "{}\n      \"{}\": \"{}\"",
                     inner, reference, rfc3339(at_s * kNsPerSecond));
      inner = ",";
    }
    text += "\n    }";
    comma = ",";
  }
  text += "\n  }\n}\n";
  return text;
}

PullTimes parse_pulls(std::string_view text, const std::string& name) {
  return PullsReader(name).read(text);
}

}  // namespace dregs
