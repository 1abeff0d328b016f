#include "scanner/bucket/key_range.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace dregs {
namespace {

// In the order of bytes; names of a registry have no others.
constexpr std::string_view kHexDigits16 = "0123456789abcdef";
constexpr std::string_view kNameBytes =
    "-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kDigits = 10;  // 66 to the power of 10 fits 64 bits
constexpr std::uint64_t kPagesWorthACut = 8;

// Keys in one folder, by what follows `folder`: its first bytes are taken for
// the digits of a number.
struct Scale {
  std::string_view folder;
  std::string_view alphabet;
  // blobs/sha256/<ab>/<ab…>: the two digits above say nothing new.
  bool below_prefixes = false;

  std::uint64_t end() const {
    std::uint64_t all = 1;
    for (std::size_t i = 0; i < kDigits; ++i) all *= alphabet.size();
    return all;
  }

  // A byte beyond the alphabet counts as the next one in it.
  std::uint64_t position(std::string_view key) const {
    std::string_view text = key.substr(std::min(key.size(), folder.size()));
    constexpr std::size_t kPrefix = 2;
    if (below_prefixes && text.size() > kPrefix)
      text = text.substr(kPrefix + 1);
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < kDigits; ++i) {
      const auto digit =
          i < text.size()
              ? std::lower_bound(alphabet.begin(), alphabet.end(), text[i])
              : alphabet.begin();
      number = number * alphabet.size() +
               std::min<std::uint64_t>(
                   static_cast<std::uint64_t>(digit - alphabet.begin()),
                   alphabet.size() - 1);
    }
    return number;
  }

  std::string key_at(std::uint64_t position) const {
    std::string text(kDigits, alphabet.front());
    for (std::size_t i = kDigits; i-- > 0; position /= alphabet.size())
      text[i] = alphabet[position % alphabet.size()];
    std::string key(folder);
    if (below_prefixes) key += text.substr(0, 2) + "/";
    return key + text;
  }
};

std::optional<std::string> middle(const Scale& scale, std::string_view first,
                                  std::string_view last,
                                  std::string_view up_to) {
  const std::uint64_t from = scale.position(first);
  const std::uint64_t at = scale.position(last);
  const bool ends_inside = up_to.starts_with(scale.folder);
  const std::uint64_t end = ends_inside ? scale.position(up_to) : scale.end();
  if (at <= from || end <= at || (end - at) / (at - from) < kPagesWorthACut)
    return std::nullopt;
  return scale.key_at(at + (end - at) / 2);
}

bool is_hex_name(std::string_view key, std::size_t at) {
  constexpr std::size_t kEnough = 8;
  const std::string_view name = key.substr(at, kEnough);
  return name.size() == kEnough &&
         name.find_first_not_of(kHexDigits16) == std::string_view::npos;
}

Scale scale_of(std::string_view folder, std::string_view first,
               std::string_view last) {
  const bool hex =
      is_hex_name(first, folder.size()) && is_hex_name(last, folder.size());
  return {folder, hex ? kHexDigits16 : kNameBytes};
}

// ".../blobs/sha256/" of keys in it.
std::string_view blobs_above(std::string_view common) {
  constexpr std::string_view kBlobsOfAll = "/blobs/sha256/";
  const std::size_t at = common.find(kBlobsOfAll);
  return at == std::string_view::npos
             ? std::string_view()
             : common.substr(0, at + kBlobsOfAll.size());
}

}  // namespace

std::optional<std::string> cut_behind(std::string_view first,
                                      std::string_view last,
                                      std::string_view up_to) {
  const auto differ =
      std::mismatch(first.begin(), first.end(), last.begin(), last.end());
  const std::string_view common =
      first.substr(0, static_cast<std::size_t>(differ.first - first.begin()));
  const std::string_view folder = common.substr(0, common.rfind('/') + 1);
  const auto is_inside = [&](const std::optional<std::string>& cut) {
    return cut && *cut > last && (up_to.empty() || *cut < up_to);
  };
  std::optional<std::string> cut;
  if (const std::string_view blobs = blobs_above(common); !blobs.empty())
    cut = middle({blobs, kHexDigits16, true}, first, last, up_to);
  if (!is_inside(cut))
    cut = middle(scale_of(folder, first, last), first, last, up_to);
  if (!is_inside(cut))
    cut = middle(scale_of(common, first, last), first, last, up_to);
  if (!is_inside(cut) && !folder.empty()) {
    cut = std::string(folder.substr(0, folder.size() - 1));
    *cut += static_cast<char>('/' + 1);  // the first key behind the folder
  }
  return is_inside(cut) ? cut : std::nullopt;
}

}  // namespace dregs
