// How many requests were made, by kind: what a bucket's owner pays for.
// Attempts count, also those that failed. Any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace dregs {

enum class RequestKind { list, get, head, remove, put };

struct RequestCounts {
  std::atomic<std::uint64_t> list{0};  // keys, versions, uploads, parts
  std::atomic<std::uint64_t> get{0};   // objects and settings of the bucket
  std::atomic<std::uint64_t> head{0};
  std::atomic<std::uint64_t> remove{0};   // DELETE, and POST of many keys
  std::atomic<std::uint64_t> put{0};      // PUT, COPY, POST of an upload
  std::atomic<std::uint64_t> retries{0};  // how many of them all were repeats

  std::atomic<std::uint64_t>& of(RequestKind kind) {
    switch (kind) {
      case RequestKind::list:
        return list;
      case RequestKind::get:
        return get;
      case RequestKind::head:
        return head;
      case RequestKind::remove:
        return remove;
      case RequestKind::put:
        break;
    }
    return put;
  }
};

}  // namespace dregs
