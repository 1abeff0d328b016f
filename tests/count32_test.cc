// Ids have 32 bits; a store that has more must not make them begin anew.
#include "scanner/formats/count32.h"

#include <gtest/gtest.h>

namespace dregs {
namespace {

TEST(Count32, ThatDoesNotFitIsThrownAndNeverWraps) {
  constexpr std::size_t kNobody = std::size_t{0xffffffff};
  EXPECT_EQ(count32(kNobody - 1), 0xfffffffeU);
  for (const std::size_t count : {kNobody, kNobody + 1, kNobody + 7})
    EXPECT_THROW(count32(count), std::length_error) << count;
}

}  // namespace
}  // namespace dregs
