// The page of `du --html`, as text and as a browser shows it.
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <regex>

#include "cli/pages/du_page.h"
#include "tests/browser.h"
#include "tests/command_run.h"
#include "tests/html_page.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kEvil = "<script>alert(1)</script>";

fs::path page_of(const StoreBuilder& store) {
  const fs::path page = store.root() / "page.html";
  const ProgramResult run = run_dregs(store, {"du", "--html", page.string()});
  EXPECT_LE(run.exit_code, 1) << run.err;
  return page;
}

void build_two_repositories(StoreBuilder& store) {
  store.image("team/app", "v1", {"base", std::string(3000, 'a')});
  store.image("team/app", "v2", {"base", std::string(2000, 'b')});
  store.image("team/web", "v1", {"base", std::string(1000, 'c')});
  store.image(kEvil, "v1", {"base", "evil"});
  store.blob("orphan");
}

TEST(DuPage, HoldsWhatDuSaysAndNoNameIsMarkup) {
  StoreBuilder store;
  build_two_repositories(store);
  const std::string page = text_of_page(page_of(store));
  const json data = data_in(page);
  const json report = run_for_json(store, {"du", "--tags"}).report;
  EXPECT_EQ(data["totals"], report["totals"]);
  EXPECT_EQ(data["findings"], report["findings"]);
  ASSERT_EQ(data["repositories"].size(), 3U);
  std::size_t tags = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const json& in_page = data["repositories"][i];
    const json& in_report = report["repositories"][i];
    EXPECT_EQ(in_page[0], in_report["name"]);
    EXPECT_EQ(in_page[3], in_report["own"]);
    tags += in_page[4].size();
  }
  EXPECT_EQ(tags, 4U);
  EXPECT_EQ(page.find(kEvil), std::string::npos);
  EXPECT_EQ(occurrences(page, "<script"), 3U);  // its own
}

TEST(DuPage, NeedsNoNetwork) {
  StoreBuilder store;
  build_two_repositories(store);
  const std::string page = text_of_page(page_of(store));
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  const std::regex loads("(src|href)=|@import|url\\(|fetch\\(|XMLHttp");
  EXPECT_FALSE(std::regex_search(page, loads));
}

TEST(DuPage, GoesToStdoutAndNeverIntoTheRegistry) {
  StoreBuilder store;
  build_two_repositories(store);
  const TreeSnapshot before = store.snapshot();
  EXPECT_TRUE(
      run_dregs(store, {"du", "--html", "-"}).out.starts_with("<!doctype"));
  const std::string inside = (store.v2() / "repositories/page.html").string();
  EXPECT_EQ(run_dregs(store, {"du", "--html", inside}).exit_code, 2);
  EXPECT_EQ(run_dregs(store, {"du", "--html", "/nowhere/page"}).exit_code, 2);
  EXPECT_EQ(run_dregs(store, {"du", "--html", "/dev/full"}).exit_code, 2);
  EXPECT_EQ(store.snapshot(), before);
}

TEST(DuPage, ABrowserShowsEveryName) {
  if (!has_browser()) GTEST_SKIP() << "no chromium here";
  StoreBuilder store;
  build_two_repositories(store);
  const std::string dom = dom_of(page_of(store));
  EXPECT_NE(data_attribute(dom, "ready"), "");
  EXPECT_NE(dom.find("<td>team/web</td>"), std::string::npos);
  EXPECT_NE(dom.find("<td>&lt;script&gt;alert(1)&lt;/script&gt;</td>"),
            std::string::npos);
  EXPECT_EQ(occurrences(dom, "<script"), 3U);
  EXPECT_NE(dom.find("garbage, which gc frees"), std::string::npos);
}

// Whatever a mouse does, the keyboard does.
TEST(DuPage, TheKeyboardOpensRepositoriesAndTheSearchFindsDigests) {
  if (!has_browser()) GTEST_SKIP() << "no chromium here";
  StoreBuilder store;
  build_two_repositories(store);
  const std::string dom = dom_after(page_of(store), R"js(
    const map = document.getElementById('map');
    const names = () => [...map.children].map((tile) =>
        tile.getAttribute('aria-label').split(': ')[0]).join(' ');
    const press = (key) => document.activeElement.dispatchEvent(
        new KeyboardEvent('keydown', {key, bubbles: true}));
    const seen = document.documentElement.dataset;
    seen.stops = map.querySelectorAll('[tabindex="0"]').length;
    [...map.children].find((tile) => tile.getAttribute('aria-label')
        .startsWith('team/app:')).click();
    seen.opened = names();
    seen.focused = document.activeElement.getAttribute('aria-label').split(':')[1];
    press('ArrowRight'); press('ArrowDown');
    seen.moved = document.activeElement.getAttribute('aria-label').split(':')[1];
    press('Escape');
    seen.up = names().includes('team/web');
    const search = document.getElementById('search');
    document.querySelector('input[value="tags"]').click();
    search.value = 'WEB sha256:';
    search.dispatchEvent(new Event('change'));
    seen.found = document.querySelector('#all tbody').textContent;
  )js");
  EXPECT_EQ(data_attribute(dom, "stops"), "1");
  EXPECT_EQ(data_attribute(dom, "opened"), "team/app:v1 team/app:v2");
  EXPECT_EQ(data_attribute(dom, "focused"), "v1");
  EXPECT_EQ(data_attribute(dom, "moved"), "v2");
  EXPECT_EQ(data_attribute(dom, "up"), "true");
  EXPECT_NE(data_attribute(dom, "found").find("team/web:v1"),
            std::string::npos);
  EXPECT_EQ(data_attribute(dom, "found").find("team/app"), std::string::npos);
}

DuReport report_of_many(std::size_t repositories, std::size_t tags) {
  DuReport report;
  for (std::size_t i = 0; i < repositories; ++i) {
    RepositoryUsage& each = report.repositories.emplace_back();
    each.name = "group-" + std::to_string(i % 97) + "/app-" + std::to_string(i);
    each.usage.total.bytes = (i * 7919) % 1000003 * 1000;
    each.usage.own.bytes = each.usage.total.bytes / 3;
    for (std::size_t t = 0; t < tags; ++t)
      report.tags.push_back({each.name, "1." + std::to_string(t),
                             Digest::from_hex(std::string(64, 'a')), each.usage,
                             static_cast<std::int64_t>(t)});
  }
  report.all.bytes = report.live.bytes = 1U << 30U;
  return report;
}

TEST(DuPage, OpensWithTenThousandRepositoriesAndAHundredThousandTags) {
  if (!has_browser()) GTEST_SKIP() << "no chromium here";
  StoreBuilder scratch;
  const fs::path page = scratch.root() / "page.html";
  std::ofstream(page) << du_page(report_of_many(10'000, 10), {}, 0);
  const std::string dom = dom_of(page);
  EXPECT_NE(dom.find("10,000 repositories, 100,000 tags"), std::string::npos);
  std::cout << "ready after " << data_attribute(dom, "ready") << " ms\n";
}

}  // namespace
}  // namespace dregs
