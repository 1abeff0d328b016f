// When a run has to end: a flag's value.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cli/arguments/options.h"

namespace dregs {

// A span from `now` on (90s, 15m, 36h, 7d, 2w), or the next time that the
// local clock shows HH:MM; none where the text is neither.
std::optional<std::chrono::system_clock::time_point> parse_deadline(
    const std::string& text, std::chrono::system_clock::time_point now);

// Adds --deadline; a span counts from when the words are parsed.
void add_deadline(
    CLI::App& app,
    std::optional<std::chrono::system_clock::time_point>& deadline);

}  // namespace dregs
