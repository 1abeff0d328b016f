#include "scanner/inventory/repository_fingerprint.h"

#include <functional>
#include <string>
#include <vector>

namespace dregs {
namespace {

// Mixes what a server writes into one number, order included.
class Fingerprint {
 public:
  void add(std::uint64_t value) {
    value_ = (value_ ^ value) * 0x9e3779b97f4a7c15ULL;
    value_ ^= value_ >> 29;
  }
  void add(const Digest& digest) { add(DigestHash{}(digest)); }
  void add(const std::string& text) { add(std::hash<std::string>{}(text)); }
  void add(const std::vector<Digest>& digests) {
    add(digests.size());
    for (const Digest& digest : digests) add(digest);
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

}  // namespace

std::uint64_t fingerprint_of(const Repository& repository) {
  Fingerprint print;
  for (const auto* digests :
       {&repository.revisions, &repository.layers, &repository.led_to,
        &repository.empty_revisions, &repository.empty_layers})
    print.add(*digests);
  for (const std::string& alias : repository.empty_aliases) print.add(alias);
  for (const std::string& digest : repository.led_to_otherwise)
    print.add(digest);
  print.add(repository.tags.size());
  for (const Tag& tag : repository.tags) {
    print.add(tag.name);
    print.add(tag.current.value_or(Digest{}));
  }
  for (const HistoryEntry& entry : repository.history) {
    print.add(entry.tag);
    print.add(entry.digest);
  }
  for (const LayerAlias& alias : repository.aliases) {
    print.add(alias.digest);
    print.add(alias.target.value_or(Digest{}));
  }
  for (const Upload& upload : repository.uploads) {
    print.add(upload.id);
    print.add(upload.bytes);
    print.add(static_cast<std::uint64_t>(upload.changed_ns));
  }
  print.add(repository.history_entries);
  print.add(repository.pins.size());
  return print.value();
}

}  // namespace dregs
