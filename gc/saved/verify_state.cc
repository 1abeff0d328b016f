#include "gc/saved/verify_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <stdexcept>

#include "gc/saved/user_file.h"
#include "scanner/formats/sha256.h"
#include "scanner/formats/text.h"

namespace dregs {
namespace {

constexpr std::string_view kStateSchema = "dregs.verified/1 ";

[[noreturn]] void refuse_state(const std::string& name,
                               const std::string& why) {
  throw std::runtime_error(
      fmt::format("the state {} {}; remove it to prove everything anew",
                  escaped(name), why));
}

// Takes a line, or what stands before the next blank of one.
std::string_view take_until(char end, std::string_view& text) {
  const std::size_t at = text.find(end);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

template <class Number>
bool take_number(std::string_view& line, Number& number) {
  const std::string_view part = take_until(' ', line);
  const auto [end, error] =
      std::from_chars(part.data(), part.data() + part.size(), number);
  return error == std::errc() && end == part.data() + part.size();
}

bool parse_line(std::string_view line, ProvedBlob& blob) {
  const auto digest = Digest::from_hex(take_until(' ', line));
  if (!digest) return false;
  blob.digest = *digest;
  return take_number(line, blob.size) && take_number(line, blob.inode) &&
         take_number(line, blob.changed_ns) &&
         take_number(line, blob.proved_ns) && line.empty();
}

// Without its checksum.
std::string_view checked(std::string_view text, const std::string& name) {
  constexpr std::size_t kSeal = 7 + 64 + 1;  // "sha256:", digits, end of line
  if (text.size() < kSeal) refuse_state(name, "is cut short");
  const std::string_view body = text.substr(0, text.size() - kSeal);
  if (text.substr(body.size()) != sha256(body).to_string() + "\n")
    refuse_state(name, "was changed or cut short");
  return body;
}

// As a power cut leaves a file that was not yet on the disk. It proves nothing,
// which is no reason to stop every night from then on.
bool is_blank(const std::string& text) {
  return text.find_first_not_of('\0') == std::string::npos;
}

}  // namespace

std::string state_text(const ProvedBlobs& proved, std::uint64_t inode) {
  std::string text = fmt::format("{}{}\n", kStateSchema, inode);
  for (const ProvedBlob& blob : proved)
    fmt::format_to(std::back_inserter(text), "{} {} {} {} {}\n",
                   blob.digest.hex(), blob.size, blob.inode, blob.changed_ns,
                   blob.proved_ns);
  return text + sha256(text).to_string() + "\n";
}

ProvedBlobs parse_state(std::string_view text, std::uint64_t inode,
                        const std::string& name) {
  if (!text.starts_with(kStateSchema))
    refuse_state(name, "is not one that dregs verify wrote");
  text = checked(text, name).substr(kStateSchema.size());
  std::string_view root = take_until('\n', text);
  std::uint64_t of = 0;
  if (!take_number(root, of) || of != inode)
    refuse_state(name, "belongs to another root");
  ProvedBlobs proved;
  while (!text.empty()) {
    ProvedBlob blob;
    if (!parse_line(take_until('\n', text), blob))
      refuse_state(name, "is not in order");
    proved.push_back(blob);
  }
  if (!std::is_sorted(proved.begin(), proved.end()))
    refuse_state(name, "is not in order");
  return proved;
}

ProvedBlobs load_state(const std::string& file, std::uint64_t inode) {
  std::error_code error;
  if (!std::filesystem::exists(file, error) && !error) return {};
  const std::string text = read_file(file);
  return is_blank(text) ? ProvedBlobs() : parse_state(text, inode, file);
}

}  // namespace dregs
