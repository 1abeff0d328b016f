#include "cli/arguments/arguments.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace dregs {
namespace {

// Go's strconv.ParseBool.
std::optional<bool> parse_bool(std::string_view text) {
  constexpr std::array<std::string_view, 6> kTrue = {"1",    "t",    "T",
                                                     "true", "TRUE", "True"};
  constexpr std::array<std::string_view, 6> kFalse = {
      "0", "f", "F", "false", "FALSE", "False"};
  const auto is_in = [text](const auto& words) {
    return std::find(words.begin(), words.end(), text) != words.end();
  };
  if (is_in(kTrue)) return true;
  if (is_in(kFalse)) return false;
  return std::nullopt;
}

bool takes_value(const CLI::Option& option) {
  return option.get_expected_max() > 0;
}

// Of the command, or of one that it belongs to.
const CLI::Option* option_of(const CLI::App* command, const std::string& name) {
  for (; command != nullptr; command = command->get_parent())
    if (const CLI::Option* option = command->get_option_no_throw(name))
      return option;
  return nullptr;
}

// The command that the word leads to, or the same one.
const CLI::App* command_behind(const CLI::App& command,
                               const std::string& word) {
  for (const CLI::App* below : command.get_subcommands({}))
    if (below->get_name() == word) return below;
  return &command;
}

class Rewriter {
 public:
  Rewriter(const CLI::App& app, const std::vector<std::string>& words)
      : command_(&app), words_(words) {}

  Words run() {
    for (; at_ < words_.size() && words_[at_] != "--"; ++at_) {
      const std::string& word = words_[at_];
      if (word.starts_with("--"))
        rewrite_long(word);
      else if (word.size() > 1 && word[0] == '-')
        rewrite_short(word);
      else
        take_positional(word);
    }
    rewritten_.insert(rewritten_.end(), next(), words_.end());
    return {std::move(rewritten_), std::move(wrong_)};
  }

 private:
  std::vector<std::string>::const_iterator next() const {
    return words_.begin() + static_cast<std::ptrdiff_t>(at_);
  }

  void take_positional(const std::string& word) {
    command_ = command_behind(*command_, word);
    rewritten_.push_back(word);
  }

  void rewrite_long(const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const CLI::Option* option = option_of(command_, name);
    if (equals != std::string::npos && option != nullptr &&
        !takes_value(*option))
      return add_flag(*option, name, word.substr(equals + 1));
    rewritten_.push_back(word);
    if (equals == std::string::npos && option != nullptr &&
        takes_value(*option))
      take_value();
  }

  // -abc is -a -b -c, where but the last may have a value: -abc=true, -j4.
  void rewrite_short(const std::string& word) {
    std::vector<std::string> flags;
    for (std::size_t i = 1; i < word.size(); ++i) {
      const std::string name = {'-', word[i]};
      const CLI::Option* option = option_of(command_, name);
      if (option == nullptr) break;
      const bool has_value = i + 2 < word.size() && word[i + 1] == '=';
      if (!has_value && !takes_value(*option)) {
        flags.push_back(name);
        continue;
      }
      rewritten_.insert(rewritten_.end(), flags.begin(), flags.end());
      return add_last(*option, name, word.substr(i + (has_value ? 2 : 1)));
    }
    if (flags.size() + 1 == word.size())
      rewritten_.insert(rewritten_.end(), flags.begin(), flags.end());
    else
      rewritten_.push_back(word);
  }

  void add_last(const CLI::Option& option, const std::string& name,
                const std::string& value) {
    if (!takes_value(option)) return add_flag(option, name, value);
    if (!value.empty()) return add(option, value);
    rewritten_.push_back(name);
    take_value();
  }

  void add_flag(const CLI::Option& option, const std::string& name,
                const std::string& value) {
    const std::optional<bool> on = parse_bool(value);
    if (!on) {
      wrong_.emplace(name, "'" + value + "' is neither true nor false");
      return;
    }
    add(option, *on ? "true" : "false");
  }

  void add(const CLI::Option& option, const std::string& value) {
    rewritten_.push_back("--" + option.get_lnames().front() + "=" + value);
  }

  // What follows an option is its value, whatever it looks like.
  void take_value() {
    if (at_ + 1 < words_.size()) rewritten_.push_back(words_[++at_]);
  }

  const CLI::App* command_;
  const std::vector<std::string>& words_;
  std::size_t at_ = 0;
  std::vector<std::string> rewritten_;
  std::optional<CLI::ValidationError> wrong_;
};

}  // namespace

Words as_cli11_takes_them(const CLI::App& app,
                          const std::vector<std::string>& words) {
  return Rewriter(app, words).run();
}

bool asks_for_json(const std::vector<std::string>& words) {
  const auto end = std::find(words.begin(), words.end(), "--");
  bool asked = false;
  for (auto word = words.begin(); word != end; ++word)
    if (*word == "--json")
      asked = true;
    else if (word->starts_with("--json="))
      asked = parse_bool(word->substr(7)).value_or(true);
  return asked;
}

}  // namespace dregs
