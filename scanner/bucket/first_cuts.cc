#include "scanner/bucket/first_cuts.h"

#include <algorithm>

#include "scanner/formats/layout.h"
#include "scanner/objects/at_once.h"

namespace dregs {
namespace {

constexpr std::string_view kFirstDigits = "123456789abcdef";

bool is_name(std::string_view folder) {
  folder.remove_suffix(folder.ends_with('/') ? 1 : 0);
  return !layout::is_part(layout::last_component(folder));
}

// Lists the folders below repositories/, level by level, until there are enough
// names.
class NameFinder {
 public:
  NameFinder(ObjectStore& store, std::size_t enough, int connections,
             const StopRequest& stop)
      : store_(store),
        enough_(enough),
        connections_(connections),
        stop_(stop) {}

  std::vector<std::string> run(const std::string& repositories) {
    std::vector<Place> level = {{repositories, ""}};
    while (!level.empty() && names_.size() < enough_ && !stop_.requested()) {
      level.resize(std::min(level.size(), kMostFolderRequests - requests_));
      requests_ += level.size();
      level = list(level);
    }
    std::sort(names_.begin(), names_.end());
    return std::move(names_);
  }

 private:
  struct Place {
    std::string folder;
    std::string token;  // of the page before, or empty
  };

  // What is to be listed next.
  std::vector<Place> list(const std::vector<Place>& level) {
    std::vector<ListPage> pages(level.size());
    at_once(connections_, level.size(), [&](std::size_t i) {
      pages[i] = store_.list({level[i].folder, "", level[i].token, true});
    });
    std::vector<Place> next;
    for (std::size_t i = 0; i < pages.size(); ++i) {
      for (std::string& folder : pages[i].folders) {
        if (!is_name(folder)) continue;
        next.push_back({folder, ""});
        names_.push_back(std::move(folder));
      }
      if (!pages[i].next_token.empty())
        next.insert(next.begin(), {level[i].folder, pages[i].next_token});
    }
    return next;
  }

  ObjectStore& store_;
  std::size_t enough_;
  int connections_;
  const StopRequest& stop_;
  std::vector<std::string> names_;
  std::size_t requests_ = 0;
};

// So many of them, at equal distances.
std::vector<std::string> some_of(const std::vector<std::string>& names,
                                 std::size_t most) {
  if (names.size() <= most) return names;
  std::vector<std::string> some;
  for (std::size_t i = 0; i < most; ++i)
    some.push_back(names[i * names.size() / most]);
  return some;
}

}  // namespace

std::vector<std::string> first_cuts(ObjectStore& store, const std::string& v2,
                                    int connections, const StopRequest& stop) {
  const std::string repositories =
      v2 + std::string(layout::kRepositories) + "/";
  std::vector<std::string> cuts;
  for (const char digit : kFirstDigits)
    cuts.push_back(v2 + std::string(layout::kBlobs) + "/sha256/" + digit);
  cuts.push_back(repositories);
  const std::size_t enough = 2 * static_cast<std::size_t>(connections);
  const std::vector<std::string> names =
      some_of(NameFinder(store, enough, connections, stop).run(repositories),
              kMostCuts - cuts.size());
  cuts.insert(cuts.end(), names.begin(), names.end());
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

}  // namespace dregs
