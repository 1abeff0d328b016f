#include "gc/decide/first_push.h"

#include <algorithm>
#include <unordered_map>

#include "scanner/formats/sort_unique.h"

namespace dregs {
namespace {

bool lost_manifests(const std::vector<PinReason>& pins) {
  return std::any_of(pins.begin(), pins.end(), [](const PinReason& pin) {
    return pin.kind == FindingKind::manifests_missing;
  });
}

class FirstPushes {
 public:
  FirstPushes(const Survey& survey, const MarkSet& marks, const Policy& policy)
      : survey_(survey), marks_(marks), policy_(policy) {}

  std::vector<FirstPush> run() {
    for (std::uint32_t i = 0; i < repositories().size(); ++i) judge(i);
    if (!others_look_sound())
      std::erase_if(pushes_,
                    [](const FirstPush& push) { return push.cut_short; });
    if (pushes_.empty()) return {};
    count_holders();
    for (FirstPush& push : pushes_) push.bytes = bytes_of(push.repository);
    return std::move(pushes_);
  }

 private:
  const std::vector<Repository>& repositories() const {
    return survey_.inventory.repositories;
  }

  void judge(std::uint32_t i) {
    const std::vector<PinReason>& pins = survey_.diagnosis.pins[i];
    if (pins.empty()) {
      if (marks_.repositories[i].has_image) ++sound_;
      return;
    }
    if (!lost_manifests(pins)) return;
    if (!repositories()[i].layers_only)
      any_lost_ = true;
    else if (pins.size() == 1)
      pushes_.push_back({i, !may_be_under_way(repositories()[i]), 0});
  }

  bool may_be_under_way(const Repository& repository) const {
    FileTimes newest = *repository.layers_only;
    for (const Upload& upload : repository.uploads)
      newest.take_newer(upload.times);
    return policy_.is_fresh_upload(newest);
  }

  // Pushes fail one by one; a volume or a backup loses manifests of many.
  bool others_look_sound() const {
    const auto cut = static_cast<std::size_t>(
        std::count_if(pushes_.begin(), pushes_.end(),
                      [](const FirstPush& push) { return push.cut_short; }));
    return !any_lost_ && sound_ > 0 && 2 * cut <= sound_ + 1;
  }

  void count_holders() {
    for (std::size_t i = 0; i < marks_.repositories.size(); ++i)
      if (marks_.repositories[i].pinned)
        for (const DigestId id : held_by(i)) ++holders_[id];
  }

  // Blobs that its links alone keep, each once.
  std::vector<DigestId> held_by(std::size_t i) const {
    const RepositoryIds& ids = survey_.graph.repository(i);
    std::vector<DigestId> held;
    for (const std::vector<DigestId>* each : {&ids.layers, &ids.aliases})
      for (const DigestId id : *each)
        if (survey_.graph.present(id) && marks_.live[id] == 0)
          held.push_back(id);
    sort_unique(held);
    return held;
  }

  std::uint64_t bytes_of(std::uint32_t i) const {
    std::uint64_t bytes = 0;
    for (const DigestId id : held_by(i))
      if (holders_.at(id) == 1) bytes += survey_.inventory.blobs[id].size;
    for (const Upload& upload : repositories()[i].uploads)
      bytes += upload.bytes;
    return bytes;
  }

  const Survey& survey_;
  const MarkSet& marks_;
  const Policy& policy_;
  std::size_t sound_ = 0;
  bool any_lost_ = false;
  std::vector<FirstPush> pushes_;
  std::unordered_map<DigestId, std::uint32_t> holders_;
};

}  // namespace

std::vector<FirstPush> first_pushes(const Survey& survey, const MarkSet& marks,
                                    const Policy& policy) {
  return FirstPushes(survey, marks, policy).run();
}

}  // namespace dregs
