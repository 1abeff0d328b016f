#include "scanner/bucket/list_tree.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "scanner/bucket/first_cuts.h"
#include "scanner/bucket/key_range.h"
#include "scanner/formats/escaped.h"
#include "scanner/objects/at_once.h"

namespace dregs {
namespace {

[[noreturn]] void contradicts(const std::string& what) {
  throw StorageError(
      "Listing", 0,
      "the storage's listing contradicts itself: " + printable(what) +
          "; nothing is concluded from it, run dregs again");
}

// The ranges that wait for a connection.
class RangeQueue {
 public:
  explicit RangeQueue(std::size_t connections) : connections_(connections) {}

  // None when all is listed, or nothing more shall be.
  std::optional<KeyRange> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(
        lock, [this] { return closed_ || !waiting_.empty() || active_ == 0; });
    if (closed_ || waiting_.empty()) return std::nullopt;
    KeyRange range = std::move(waiting_.front());
    waiting_.pop_front();
    ++active_;
    return range;
  }

  void done() {
    const std::scoped_lock lock(mutex_);
    --active_;
    changed_.notify_all();
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

  // Whether a connection has nothing to do, and one more range is allowed.
  bool wants_more() {
    const std::scoped_lock lock(mutex_);
    return active_ + waiting_.size() < connections_ &&
           ranges_ + kMostFolderRequests < kMostRanges;
  }

  void add(KeyRange range) {
    const std::scoped_lock lock(mutex_);
    ++ranges_;
    waiting_.push_back(std::move(range));
    changed_.notify_one();
  }

 private:
  std::size_t connections_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<KeyRange> waiting_;
  std::size_t active_ = 0;
  std::size_t ranges_ = 1;  // that of the first page
  bool closed_ = false;
};

// Lists one range, page by page.
class RangeLister {
 public:
  RangeLister(ObjectStore& store, const std::string& prefix, KeyRange range,
              RangeQueue& queue)
      : store_(store),
        prefix_(prefix),
        range_(std::move(range)),
        last_(range_.after),
        queue_(queue) {}

  template <class Visit>
  void run(const StopRequest& stop, Visit visit) {
    while (!done_ && !stop.requested()) {
      const ListPage page = list_page(visit);
      if (!done_) give_away(page.objects);
    }
  }

  template <class Visit>
  ListPage list_page(Visit visit) {
    ListPage page = next_page();
    const std::span<const StoredObject> objects = inside(page.objects);
    if (!objects.empty()) visit(objects);
    return page;
  }

  bool done() const { return done_; }
  const std::string& newest_key() const { return last_; }

 private:
  ListPage next_page() {
    ListPage page =
        store_.list({prefix_, range_.after, token_, /*by_folder=*/false});
    check(page);
    done_ = page.next_token.empty();
    token_ = page.next_token;
    return page;
  }

  void check(const ListPage& page) {
    if (!page.folders.empty()) contradicts("folders that nobody asked for");
    for (const StoredObject& object : page.objects) {
      if (!object.key.starts_with(prefix_))
        contradicts("the key " + object.key + " is not below " + prefix_);
      if (object.key <= last_)
        contradicts("the key " + object.key + " comes after " + last_);
      last_ = object.key;
    }
    if (page.next_token.empty()) return;
    if (page.next_token == token_) contradicts("a page leads to itself");
    constexpr int kMostEmptyPages = 100;
    empty_pages_ = page.objects.empty() ? empty_pages_ + 1 : 0;
    if (empty_pages_ > kMostEmptyPages) contradicts("pages without end");
  }

  std::span<const StoredObject> inside(
      const std::vector<StoredObject>& objects) {
    const auto end = std::find_if_not(objects.begin(), objects.end(),
                                      [this](const StoredObject& object) {
                                        return range_.holds(object.key);
                                      });
    if (end != objects.end() ||
        (!range_.up_to.empty() && last_ >= range_.up_to))
      done_ = true;
    return {objects.begin(), end};
  }

  void give_away(const std::vector<StoredObject>& page) {
    if (page.empty()) return;
    if (!queue_.wants_more()) return;
    const std::optional<std::string> cut =
        cut_behind(page.front().key, last_, range_.up_to);
    if (!cut) return;
    queue_.add({*cut, range_.up_to});
    range_.up_to = *cut;
  }

  ObjectStore& store_;
  const std::string& prefix_;
  KeyRange range_;
  std::string last_;  // the newest key, or what the range begins behind
  RangeQueue& queue_;
  std::string token_;
  int empty_pages_ = 0;
  bool done_ = false;
};

// What is behind the first page, in the order of keys.
void fill(RangeQueue& queue, std::string after,
          const std::vector<std::string>& cuts) {
  for (const std::string& cut : cuts) {
    if (cut <= after) continue;
    queue.add({after, cut});
    after = cut;
  }
  queue.add({after, ""});
}

void list_ranges(ObjectStore& store, const std::string& prefix,
                 std::size_t connection, RangeQueue& queue,
                 const StopRequest& stop, const VisitObjects& visit) {
  try {
    while (auto range = queue.take()) {
      RangeLister(store, prefix, std::move(*range), queue)
          .run(stop, [&](std::span<const StoredObject> objects) {
            visit(connection, objects);
          });
      queue.done();
    }
  } catch (...) {
    queue.close();
    throw;
  }
}

}  // namespace

void list_tree(ObjectStore& store, const std::string& v2, int connections,
               const StopRequest& stop, const VisitObjects& visit) {
  const auto most = static_cast<std::size_t>(std::max(connections, 1));
  const auto visit_first = [&](std::span<const StoredObject> objects) {
    visit(0, objects);
  };
  RangeQueue queue(most);
  RangeLister all(store, v2, {}, queue);
  all.list_page(visit_first);
  if (all.done()) return;
  const std::vector<std::string> cuts =
      most == 1 ? std::vector<std::string>()
                : first_cuts(store, v2, connections, stop);
  fill(queue, all.newest_key(), cuts);
  at_once(connections, most, [&](std::size_t connection) {
    list_ranges(store, v2, connection, queue, stop, visit);
  });
}

std::vector<StoredObject> list_all(ObjectStore& store,
                                   const std::string& prefix) {
  std::vector<StoredObject> all;
  const StopRequest never;
  list_tree(store, prefix, 1, never,
            [&](std::size_t, std::span<const StoredObject> objects) {
              all.insert(all.end(), objects.begin(), objects.end());
            });
  return all;
}

}  // namespace dregs
