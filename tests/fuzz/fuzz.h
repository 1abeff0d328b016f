// What must hold for any bytes at all. Each entry aborts the process where it
// does not; libFuzzer looks for bytes that make it, and the tests replay those
// that once did, or that take a rare path.
#pragma once

#include <string_view>

namespace dregs {

void fuzz_manifest(std::string_view bytes);
void fuzz_link(std::string_view bytes);
void fuzz_config(std::string_view bytes);
void fuzz_plan(std::string_view bytes);
void fuzz_log(std::string_view bytes);
void fuzz_answer(std::string_view bytes);

}  // namespace dregs
