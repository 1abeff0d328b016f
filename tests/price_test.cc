// What requests cost: AWS' list prices, or those of a file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scanner/config/config_tree.h"
#include "scanner/config/price_file.h"
#include "tests/served_bucket.h"

namespace dregs {
namespace {

using testing::HasSubstr;

TEST(PriceFile, SaysWhatAThousandRequestsOfAKindCost) {
  const RequestPrices prices =
      parse_prices("list: 0.01 # dear\ndelete: 2\nhead: 0\n", "prices.yml");
  EXPECT_DOUBLE_EQ(prices.list, 0.01 / 1000);
  EXPECT_DOUBLE_EQ(prices.remove, 2.0 / 1000);
  EXPECT_DOUBLE_EQ(prices.head, 0);
  EXPECT_DOUBLE_EQ(prices.get, RequestPrices().get);
  EXPECT_EQ(prices.source, "prices.yml");
}

TEST(PriceFile, OfWhatIsNoPriceIsRefusedByItsLine) {
  const std::pair<const char*, const char*> wrong[] = {
      {"list: dear", "prices.yml:1: list: write the USD"},
      {"list: -1", "list: write"},
      {"list: nan", "list: write"},
      {"list: 1e400", "list: write"},
      {"list: [1]", "list: write"},
      {"get: 1\nlists: 1", "prices.yml:2: 'lists' is no kind"},
      {"0.005", "no list of prices"},
      {"", "no list of prices"}};
  for (const auto& [text, message] : wrong) {
    try {
      parse_prices(text, "prices.yml");
      ADD_FAILURE() << text;
    } catch (const ConfigError& error) {
      EXPECT_THAT(error.what(), HasSubstr(message)) << text;
    }
  }
}

class PricedBucket : public testing::Test {
 protected:
  PricedBucket() {
    store_.image("app", "v1", {"base"});
    bucket_.fill(store_);
  }
  std::string prices(const std::string& text) {
    const auto file = store_.root() / "prices.yml";
    store_.write(file, text);
    return file.string();
  }

  StoreBuilder store_;
  ServedBucket bucket_;
};

TEST_F(PricedBucket, EachKindOfRequestHasItsPrice) {
  const auto usd = [&](const std::string& text) {
    const JsonRun run =
        bucket_.run_for_json({"gc", "-n", "--price", prices(text)});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run.report["requests"];
  };
  const nlohmann::json lists = usd("{list: 1000, get: 0, head: 0, put: 0}");
  EXPECT_EQ(lists["usd"], lists["list"]);
  const nlohmann::json gets = usd("{list: 0, get: 1000, head: 0, put: 0}");
  EXPECT_EQ(gets["usd"], gets["get"]);
  EXPECT_GT(gets["get"], 0);
}

TEST_F(PricedBucket, APersonReadsWhosePricesTheyAre) {
  EXPECT_THAT(bucket_.run({"gc", "-n"}).out,
              HasSubstr("USD by the list prices of AWS"));
  const std::string file = prices("put: 1");
  EXPECT_THAT(bucket_.run({"gc", "-n", "--price", file}).out,
              HasSubstr("USD by " + file));
}

TEST_F(PricedBucket, AFileThatIsNoneIsExitCode2) {
  EXPECT_EQ(bucket_.run({"gc", "-n", "--price", "/nonexistent"}).exit_code, 2);
  const ProgramResult run =
      bucket_.run({"gc", "-n", "--price", prices("x: 1")});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("prices.yml:1: 'x' is no kind of request"));
}

}  // namespace
}  // namespace dregs
