#include "gc/facts/store_times.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <ctime>
#include <set>

#include "scanner/files/clock.h"
#include "scanner/files/descriptor.h"
#include "scanner/formats/layout.h"
#include "scanner/manifests/manifest_details.h"

namespace dregs {
namespace {

constexpr std::int64_t kYear2000_s = 946'684'800;
constexpr std::int64_t kLatest_s = 9'000'000'000;  // as ns it is still an int64
constexpr std::size_t kLargestDatedConfig = 8 * 1024 * 1024;

template <class Read>
std::vector<KnownTime> read_all(std::size_t count, const Read& read) {
  std::vector<KnownTime> times(count);
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, count, 64),
                    [&](const auto& range) {
                      for (std::size_t i = range.begin(); i < range.end(); ++i)
                        times[i] = read(i);
                    });
  return times;
}

// Takes YYYY-MM-DDTHH:MM:SS from the beginning of `text`.
std::optional<std::int64_t> take_seconds(std::string_view& text) {
  std::tm parts{};
  const std::string copy(text.substr(0, 19));
  if (copy.size() != 19) return std::nullopt;
  const char* end = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  text.remove_prefix(19);
  return ::timegm(&parts);
}

std::int64_t take_fraction_ns(std::string_view& text) {
  if (!text.starts_with('.')) return 0;
  text.remove_prefix(1);
  std::int64_t ns = 0;
  std::int64_t one = 100'000'000;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9';
       text.remove_prefix(1), one /= 10)
    ns += (text.front() - '0') * one;
  return ns;
}

std::optional<std::int64_t> take_offset_s(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  const auto digit = [&](std::size_t at) { return text[at] - '0'; };
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
    return std::nullopt;
  for (const std::size_t at : {1U, 2U, 4U, 5U})
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
  const std::int64_t minutes =
      (digit(1) * 10 + digit(2)) * 60 + digit(4) * 10 + digit(5);
  return (text[0] == '-' ? -60 : 60) * minutes;
}

// Reads the configurations of one image, or of the children of one index.
class CreatedReader {
 public:
  CreatedReader(const StoreReader& store, const Survey& survey)
      : store_(store), survey_(survey) {}

  KnownTime newest(DigestId manifest) {
    std::vector<DigestId> waiting = {manifest};
    std::set<DigestId> seen;
    while (!waiting.empty()) {
      const DigestId next = waiting.back();
      waiting.pop_back();
      const ManifestNode* node = next == kNoDigest || !seen.insert(next).second
                                     ? nullptr
                                     : survey_.graph.node(next);
      if (node == nullptr || node->state != ManifestState::sound) continue;
      for (const GraphEdge& edge : survey_.graph.edges(*node))
        if (is_child(edge.role))
          waiting.push_back(edge.to);
        else if (edge.role == ReferenceRole::config)
          read_config(edge.to);
    }
    return newest_;
  }

 private:
  void read_config(DigestId id) {
    const Digest* digest = survey_.graph.digest(survey_.inventory, id);
    if (digest == nullptr) return;
    const BlobContent content = store_.read_blob(*digest, kLargestDatedConfig);
    if (content.state != BlobContent::State::sound) return;
    const KnownTime time =
        parse_created(describe_config(content.bytes).created);
    if (time && (!newest_ || *newest_ < *time)) newest_ = time;
  }

  const StoreReader& store_;
  const Survey& survey_;
  KnownTime newest_;
};

// The times of one repository's links.
class LinkTimes {
 public:
  LinkTimes(const StoreReader& store, const Repository& repository)
      : store_(store), repository_(repository) {}

  std::vector<KnownTime> of_tags() const {
    return read_all(repository_.tags.size(), [&](std::size_t t) {
      return store_.modified_time(
          layout::current_link(repository_.name, repository_.tags[t].name));
    });
  }

  std::vector<KnownTime> of_revisions() const {
    return read_all(repository_.revisions.size(), [&](std::size_t r) {
      return store_.modified_time(layout::link_in(
          layout::revision(repository_.name, repository_.revisions[r])));
    });
  }

  std::vector<KnownTime> of_history() const {
    return read_all(repository_.history.size(), [&](std::size_t h) {
      const HistoryEntry& entry = repository_.history[h];
      return store_.modified_time(layout::link_in(layout::history_entry(
          repository_.name, repository_.tags[entry.tag].name, entry.digest)));
    });
  }

 private:
  const StoreReader& store_;
  const Repository& repository_;
};

class TimesReader {
 public:
  TimesReader(const StoreReader& store, const Survey& survey,
              const RetentionPolicy& policy)
      : store_(store), survey_(survey), policy_(policy), now_ns_(now_ns()) {}

  RepositoryTimes read(std::size_t i) const {
    const Repository& repository = survey_.inventory.repositories[i];
    RepositoryTimes times;
    read_tags(i, repository, times);
    read_untagged(i, repository, times);
    return times;
  }

 private:
  void read_tags(std::size_t i, const Repository& repository,
                 RepositoryTimes& times) const {
    times.pushed = LinkTimes(store_, repository).of_tags();
    const auto rules = rules_for(policy_.rules, repository.name);
    if (std::any_of(rules.begin(), rules.end(), kByCreated))
      times.created = created_of(survey_.graph.repository(i).tags);
  }

  void read_untagged(std::size_t i, const Repository& repository,
                     RepositoryTimes& times) const {
    const auto rules = rules_for(policy_.untagged, repository.name);
    if (rules.empty()) return;
    const LinkTimes links(store_, repository);
    times.revisions = links.of_revisions();
    times.history = links.of_history();
    if (std::any_of(rules.begin(), rules.end(), kByCreated))
      times.revisions_created =
          created_of(survey_.graph.repository(i).revisions);
  }

  static constexpr auto kByCreated = [](const auto& each) {
    return each.rule->time == RetentionTime::created;
  };

  std::vector<KnownTime> created_of(const std::vector<DigestId>& ids) const {
    return read_all(ids.size(), [&](std::size_t at) {
      return created_time(store_, survey_, ids[at], now_ns_);
    });
  }

  const StoreReader& store_;
  const Survey& survey_;
  const RetentionPolicy& policy_;
  std::int64_t now_ns_;
};

}  // namespace

KnownTime parse_created(std::string_view text) {
  const auto seconds = take_seconds(text);
  if (!seconds || *seconds > kLatest_s || *seconds < -kLatest_s)
    return std::nullopt;
  const std::int64_t fraction_ns = take_fraction_ns(text);
  const auto offset_s = take_offset_s(text);
  if (!offset_s) return std::nullopt;
  return (*seconds - *offset_s) * 1'000'000'000 + fraction_ns;
}

KnownTime created_time(const StoreReader& store, const Survey& survey,
                       DigestId manifest, std::int64_t now_ns) {
  const KnownTime newest = CreatedReader(store, survey).newest(manifest);
  if (!newest || *newest < kYear2000_s * 1'000'000'000 || *newest > now_ns)
    return std::nullopt;
  return newest;
}

StoreTimes read_link_times(const StoreReader& store, const Survey& survey) {
  const std::vector<Repository>& repositories = survey.inventory.repositories;
  StoreTimes times(repositories.size());
  tbb::parallel_for(std::size_t{0}, times.size(), [&](std::size_t i) {
    const LinkTimes links(store, repositories[i]);
    times[i].pushed = links.of_tags();
    times[i].revisions = links.of_revisions();
    times[i].history = links.of_history();
  });
  return times;
}

StoreTimes read_times(const StoreReader& store, const Survey& survey,
                      const RetentionPolicy& policy) {
  const TimesReader reader(store, survey, policy);
  StoreTimes times(survey.inventory.repositories.size());
  tbb::parallel_for(std::size_t{0}, times.size(),
                    [&](std::size_t i) { times[i] = reader.read(i); });
  return times;
}

}  // namespace dregs
