// What a user said about retention: the words of `dregs retain`, which a saved
// plan keeps so that `apply` may judge again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dregs {

// Empty or none means that the word was not given.
struct RetainWords {
  std::vector<std::string> refs{};
  std::string policy_file{};
  std::optional<std::string> policy_text{};  // of that file, once it was read
  std::optional<std::uint64_t> keep_last{};
  std::string keep_within{};
  std::vector<std::string> keep_tags{};
  std::string per{};
  std::optional<std::uint64_t> keep_revisions{};
  std::optional<std::uint64_t> min_kept{};
};

struct SavedRetention {
  RetainWords words{};
  std::vector<std::string> in_use{};  // files
  std::string folder{};               // to which names of files are relative
  bool collect = false;               // --gc
};

// JSON on one line, and back. Throws std::runtime_error for words that are not
// UTF-8, and what nlohmann::json throws for another text.
std::string retention_text(const SavedRetention& retention);
SavedRetention retention_from(const std::string& text);

}  // namespace dregs
