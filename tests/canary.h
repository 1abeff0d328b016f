// What stands beside a store and must come to no harm: files of others, with
// the times at which they were written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace dregs {

class Canary {
 public:
  // Makes a folder of a few files and folders at `folder`.
  explicit Canary(std::filesystem::path folder);

  const std::filesystem::path& folder() const { return folder_; }
  // From here on what is there now must stay.
  void settle() { before_ = look(); }
  // Not a byte, a name or a time of writing is another.
  bool unharmed() const { return look() == before_; }

 private:
  struct State {
    std::string what;
    std::int64_t written_ns = 0;
    auto operator<=>(const State&) const = default;
  };
  std::map<std::string, State> look() const;

  std::filesystem::path folder_;
  std::map<std::string, State> before_;
};

}  // namespace dregs
