// The page of `retain --html`, as text and as a browser shows it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <regex>

#include "cli/pages/retain_page.h"
#include "tests/browser.h"
#include "tests/html_page.h"
#include "tests/retention_run.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kEvilRepository = "<script>alert(1)</script>";

class RetainPage : public testing::Test {
 protected:
  RetainPage() {
    store_.push("team/app", "latest", 400);
    store_.push("team/app", "pr-1", 90);
    store_.push("team/app", "pr-2", 1);
    store_.push("team/app", "dev-1", 60);
    store_.push("team/app", "dev-2", 2);
    store_.push("team/app", "v1", 700);
    store_.push(kEvilRepository, "v1", 5);
  }

  RetainRun run(std::vector<std::string> words, const std::string& rules) {
    words.insert(words.begin(), {"--html", page_.string()});
    return retain_by(store_, "version: 1\nrules:\n" + rules, words);
  }
  RetainRun run(const std::vector<std::string>& words = {"-n"}) {
    return run(words, pr_ + dev_);
  }
  json data() const { return data_in(text_of_page(page_)); }

  AgedStore store_;
  fs::path page_ = store_.root() / "page.html";
  const std::string pr_ =
      "- {repositories: ['**'], tags: ['pr-*'], keep: {within: 30d}}\n";
  const std::string dev_ =
      "- {repositories: ['**'], tags: ['dev-*'], keep: {last: 1}}\n";
};

TEST_F(RetainPage, HoldsEveryDecisionAndNoNameIsMarkup) {
  const RetainRun retained = run();
  EXPECT_LE(retained.exit_code, 1) << retained.err;  // an odd name is found
  EXPECT_EQ(retained.report["page"], page_.string());
  const json page = data();
  EXPECT_EQ(page["totals"], retained.report["totals"]);
  EXPECT_EQ(page["frees"], retained.report["frees"]);
  std::size_t tags = 0;
  for (const json& repository : page["repositories"])
    for (const json& tag : repository[2]) {
      const json told = retained.tag(tag_name(repository[0], tag[0]));
      EXPECT_EQ(tag[2] == 2, told["removed"].get<bool>()) << tag;
      EXPECT_EQ(page["reasons"][tag[4].get<std::size_t>()], told["reason"]);
      ++tags;
    }
  EXPECT_EQ(tags, retained.report["tags"].size());
  const std::string text = text_of_page(page_);
  EXPECT_THAT(text, Not(HasSubstr(kEvilRepository)));
  EXPECT_EQ(occurrences(text, "<script"), 2U);  // its own
}

TEST_F(RetainPage, NeedsNoNetwork) {
  run();
  const std::string page = text_of_page(page_);
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  const std::regex loads("(src|href)=|@import|url\\(|fetch\\(|XMLHttp");
  EXPECT_FALSE(std::regex_search(page, loads));
}

TEST_F(RetainPage, GoesToStdoutAndNeverIntoTheRegistry) {
  const std::vector<std::string> words = {"retain", "**", "--keep-within",
                                          "1y",     "-n", "--html"};
  const TreeSnapshot before = store_.snapshot();
  const auto to = [&](const std::string& file) {
    std::vector<std::string> all = words;
    all.push_back(file);
    return run_dregs(store_, all);
  };
  EXPECT_TRUE(to("-").out.starts_with("<!doctype"));
  EXPECT_EQ(to((store_.v2() / "repositories/page.html").string()).exit_code, 2);
  EXPECT_EQ(to("/nowhere/page").exit_code, 2);
  EXPECT_EQ(store_.snapshot(), before);
  std::vector<std::string> both = words;
  both.insert(both.end(), {"-", "--json"});
  EXPECT_EQ(run_dregs(store_, both).exit_code, 2);
}

// What a rule frees by itself is what it alone would free.
TEST_F(RetainPage, SaysWhatEachRuleFreesAndTheSumIsWhatIsFreed) {
  store_.image("team/app", "pr-3", {"shared by both"}, {.created_by = "pr"});
  store_.image("team/app", "dev-3", {"shared by both"}, {.created_by = "dev"});
  for (const char* tag : {"pr-3", "dev-3"})
    store_.set_days(StoreBuilder::tag_path("team/app", tag), 80);
  run();
  const json page = data();
  EXPECT_EQ(page["freed"]["several"], 14);
  EXPECT_EQ(page["freed"]["rest"], 0);
  std::uint64_t sum = page["freed"]["several"];
  for (const json& rule : page["rules"]) sum += rule[5].get<std::uint64_t>();
  EXPECT_EQ(page["frees"], sum);
  for (std::size_t r = 0; r < 2; ++r) {
    const RetainRun alone = run({"-n"}, r == 0 ? pr_ : dev_);
    EXPECT_EQ(page["rules"][r][5], alone.report["frees"]) << r;
  }
}

TEST_F(RetainPage, SignaturesAndChildrenCountWithTheRuleOfTheirImage) {
  const BuiltImage child = store_.push("team/app", "", 90);
  const Digest index = store_.index("team/app", "pr-7", {child.manifest});
  store_.set_days(StoreBuilder::tag_path("team/app", "pr-7"), 90);
  store_.push("team/app", fmt::format("sha256-{}.sig", index.hex()), 90);
  const RetainRun retained = run();
  const json page = data();
  EXPECT_EQ(page["freed"]["rest"], 0);
  EXPECT_EQ(page["frees"], page["rules"][0][5].get<std::uint64_t>() +
                               page["rules"][1][5].get<std::uint64_t>());
}

TEST_F(RetainPage, OfARefusedRunSaysWhy) {
  const RetainRun refused = run({"-n", "--max-delete", "10"});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(data()["refused"][0][0].get<std::string>(),
              HasSubstr("tags would go"));
}

TEST_F(RetainPage, OfARunSaysWhatWent) {
  const RetainRun done = run({"--gc"});
  EXPECT_LE(done.exit_code, 1) << done.err;
  const json page = data();
  EXPECT_EQ(page["dry_run"], false);
  EXPECT_EQ(page["totals"]["tags_removed"], 2);
  EXPECT_EQ(page["frees"], done.report["frees"]);
}

TEST_F(RetainPage, ABrowserShowsEveryNameAndTheReason) {
  if (!has_browser()) GTEST_SKIP() << "no chromium here";
  run();
  const std::string dom = dom_of(page_);
  EXPECT_NE(data_attribute(dom, "ready"), "");
  EXPECT_THAT(dom, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;</h3>"));
  EXPECT_THAT(dom, HasSubstr("<td>rule 1: older than 30d</td>"));
  EXPECT_THAT(dom, HasSubstr("2 tags (28.6&nbsp;%) would go"));
  EXPECT_EQ(occurrences(dom, "<script"), 2U);
  // Closed sections hold nothing yet.
  EXPECT_EQ(occurrences(dom, "<details"), 2U);
  EXPECT_EQ(occurrences(dom, "class=\"mark"), 0U);
}

// Whatever a mouse does, the keyboard does; and shapes tell what colours do.
TEST_F(RetainPage, TheKeyboardMovesOnTheTimeLineAndFiltersTheTable) {
  if (!has_browser()) GTEST_SKIP() << "no chromium here";
  run();
  const std::string dom = dom_after(page_, R"js(
    const seen = document.documentElement.dataset;
    const section = [...document.querySelectorAll('details')].find(
        (each) => each.querySelector('h3').textContent === 'team/app');
    section.open = true;
    const rows = () => [...section.querySelectorAll('tbody tr')].map(
        (row) => row.cells[0].textContent).join(' ');
    const press = (key) => document.activeElement.dispatchEvent(
        new KeyboardEvent('keydown', {key, bubbles: true}));
    section.addEventListener('toggle', () => {
      seen.stops = section.querySelectorAll('svg.line [tabindex="0"]').length;
      section.querySelector('svg.line [tabindex="0"]').focus();
      seen.first = document.activeElement.getAttribute('aria-label');
      seen.told = section.querySelector('.detail').textContent;
      press('ArrowRight');
      seen.right = document.activeElement.getAttribute('aria-label');
      press('Enter');
      seen.filtered = rows();
      press('ArrowDown');
      seen.down = document.activeElement.getAttribute('aria-label');
      press('Escape');
      seen.all = rows();
      seen.shapes = new Set([...section.querySelectorAll('.mark path')].map(
          (path) => path.getAttribute('d').replace(/[-\d., ]+/g, ''))).size;
    });
  )js");
  EXPECT_EQ(data_attribute(dom, "stops"), "1");
  EXPECT_THAT(data_attribute(dom, "first"), HasSubstr("1 tag goes"));
  EXPECT_THAT(data_attribute(dom, "first"),
              HasSubstr("pr-1 (rule 1: older than"));
  EXPECT_EQ(data_attribute(dom, "told"), data_attribute(dom, "first"));
  EXPECT_THAT(data_attribute(dom, "right"), HasSubstr("dev-1"));
  EXPECT_EQ(data_attribute(dom, "filtered"), "dev-1");
  EXPECT_THAT(data_attribute(dom, "down"), HasSubstr("stay"));
  EXPECT_THAT(data_attribute(dom, "all"), HasSubstr("pr-1"));
  EXPECT_EQ(data_attribute(dom, "shapes"), "3");
}

RetainReport report_of_many_tags(std::size_t repositories, std::size_t tags) {
  RetainReport report;
  report.run.dry_run = true;
  for (std::size_t i = 0; i < repositories; ++i) {
    RetainedRepository& each = report.repositories.emplace_back();
    each.name = fmt::format("group-{}/app-{}", i % 97, i);
    for (std::size_t t = 0; t < tags; ++t) {
      RetainedTag& tag = each.tags.emplace_back();
      tag.tag = fmt::format("1.{}", t);
      tag.digest = Digest::from_hex(fmt::format("{:064x}", i * tags + t));
      tag.pushed = static_cast<std::int64_t>(t + 1) * 3'600'000'000'000;
      tag.decision.goes = t % 3 == 0;
      tag.decision.fate = tag.decision.goes ? Fate::remove : Fate::keep;
      tag.decision.reason = fmt::format("rule 1: last {}", t % 50);
    }
  }
  return report;
}

// One repository with half of all tags, open: its time line has few marks.
TEST(RetainPageOfMany, OpensWithAHundredThousandTags) {
  if (!has_browser()) GTEST_SKIP() << "no chromium here";
  StoreBuilder scratch;
  const fs::path page = scratch.root() / "page.html";
  RetainReport report = report_of_many_tags(5'000, 10);
  report.repositories.push_back(report_of_many_tags(1, 50'000).repositories[0]);
  report.repositories.back().name = "monorepo";
  FreedByRules freed;
  freed.repositories.resize(1);
  std::ofstream(page) << retain_page(report, {}, freed, {},
                                     200'000'000'000'000'000);
  const std::string dom = dom_after(page, R"js(
    const search = document.getElementById('search-repositories');
    search.value = 'MONO';
    search.dispatchEvent(new Event('input'));
    const section = document.querySelector('details');
    section.open = true;
    section.addEventListener('toggle', () => {
      const seen = document.documentElement.dataset;
      seen.marks = section.querySelectorAll('.mark').length;
      seen.rows = section.querySelectorAll('tbody tr').length;
      seen.opened = Math.round(performance.now());
    });
  )js");
  EXPECT_NE(dom.find("of 100,000 would go"), std::string::npos);
  const int marks = std::stoi("0" + data_attribute(dom, "marks"));
  EXPECT_GT(marks, 10);
  EXPECT_LT(marks, 200);
  EXPECT_EQ(data_attribute(dom, "rows"), "100");
  std::cout << "ready after " << data_attribute(dom, "ready")
            << " ms, opened after " << data_attribute(dom, "opened") << " ms\n";
}

}  // namespace
}  // namespace dregs
