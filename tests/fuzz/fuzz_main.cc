// One file for all targets: each is linked with the one entry it fuzzes.
#include <cstddef>
#include <cstdint>
#include <string_view>

void fuzz_one(std::string_view bytes);

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  fuzz_one({reinterpret_cast<const char*>(data), size});
  return 0;
}
