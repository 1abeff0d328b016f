// `gc --plan` and `apply`: what a person looked at, and nothing else, goes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "gc/saved/saved_plan.h"
#include "tests/command_run.h"

namespace dregs {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

class Apply : public testing::Test {
 protected:
  Apply() : app_(store_.image("app", "v1", {"base", "app"})) {}
  ~Apply() override { fs::remove(plan_); }

  JsonRun save(std::vector<std::string> flags = {}) {
    flags.insert(flags.begin(), {"gc", "--dry-run", "--plan", plan_.string()});
    return run_for_json(store_, flags);
  }
  JsonRun apply(const std::vector<std::string>& flags = {}) {
    return apply_to(store_, flags);
  }
  JsonRun apply_to(const StoreBuilder& store,
                   const std::vector<std::string>& flags = {}) {
    std::vector<std::string> command{"apply", plan_.string(), "--list"};
    command.insert(command.end(), flags.begin(), flags.end());
    return run_for_json(store, command);
  }

  std::string plan_text() const { return store_.read(plan_); }
  void write_plan(const std::string& text) { std::ofstream(plan_) << text; }

  // What the run says of one path.
  static std::string why(const JsonRun& run, const std::string& path) {
    for (const json& each : run.report["applied"]["differences"])
      if (each["path"].get<std::string>().starts_with(path)) return each["why"];
    return "";
  }
  static std::string folder_of(const Digest& blob) {
    return fs::path(StoreBuilder::blob_path(blob)).parent_path();
  }

  StoreBuilder store_;
  BuiltImage app_;
  fs::path plan_ = store_.root().string() + ".plan";
};

TEST_F(Apply, RemovesWhatGcWouldAndProvesThatTheRestIsWhole) {
  const BuiltImage old = store_.image("app", "", {"base", "old"});
  EXPECT_EQ(save({"-m"}).exit_code, 0);
  EXPECT_TRUE(store_.has_blob(old.manifest));
  const JsonRun run = apply();
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(store_.has_blob(old.manifest));
  EXPECT_FALSE(store_.has_blob(old.layers[1]));
  EXPECT_TRUE(store_.has_blob(old.layers[0]));
  EXPECT_EQ(run.report["applied"]["planned"], run.report["applied"]["agreed"]);
  EXPECT_EQ(run.report["proof"]["tags"], 1);
  EXPECT_EQ(run.report["proof"]["revisions"], 1);
  EXPECT_THAT(run.report["proof"]["broken_tags"], IsEmpty());
}

TEST_F(Apply, LeavesGarbageThatThePlanDoesNotName) {
  const Digest known = store_.blob("known");
  save();
  const Digest later = store_.blob("later");
  const JsonRun run = apply();
  EXPECT_FALSE(store_.has_blob(known));
  EXPECT_TRUE(store_.has_blob(later));
  EXPECT_EQ(run.report["applied"]["not_in_plan"], 2);  // its folder, too
  EXPECT_EQ(why(run, folder_of(later)), "not in the plan");
}

TEST_F(Apply, KeepsWhatAnImagePushedSinceNeeds) {
  const Digest layer = store_.blob("wanted again");
  const Digest other = store_.blob("never wanted");
  save();
  const BuiltImage since = store_.image("app", "v2", {"wanted again"});
  const JsonRun run = apply();
  EXPECT_TRUE(store_.has_blob(layer));
  EXPECT_FALSE(store_.has_blob(other));
  EXPECT_EQ(run.report["applied"]["kept"], 2);
  EXPECT_EQ(why(run, folder_of(layer)), "needed by now, or too young");
  EXPECT_EQ(run.report["proof"]["tags"], 2);
}

// Both the image and its layer are garbage by now, but only the layer is in
// the plan: without it the image, which stays, would be broken.
TEST_F(Apply, KeepsWhatGarbageThatItMayNotRemoveNeeds) {
  const Digest layer = store_.blob("a layer without a link");
  save({"-m"});
  const BuiltImage since = store_.image("app", "", {"a layer without a link"});
  const JsonRun run = apply();
  EXPECT_TRUE(store_.has_blob(since.manifest));
  EXPECT_TRUE(store_.has_blob(layer));
  EXPECT_EQ(why(run, folder_of(layer)),
            "in a repository with garbage that the plan does not know");
  EXPECT_THAT(run.report["proof"]["broken_revisions"], IsEmpty());
}

TEST_F(Apply, HasNothingToDoTheSecondTime) {
  store_.blob("garbage");
  save();
  apply();
  const JsonRun again = apply();
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_EQ(again.report["applied"]["agreed"], 0);
  EXPECT_EQ(again.report["applied"]["gone"],
            again.report["applied"]["planned"]);
}

TEST_F(Apply, LooksOnlyWithDryRun) {
  store_.blob("garbage");
  save();
  const TreeSnapshot before = store_.snapshot();
  const JsonRun run = apply({"-n"});
  EXPECT_EQ(run.report["blobs"]["removed"], 1);
  EXPECT_TRUE(run.report["proof"].is_null());
  EXPECT_EQ(store_.snapshot(), before);
}

TEST_F(Apply, RefusesAPlanThatSomebodyChanged) {
  const Digest garbage = store_.blob("garbage");
  save();
  const std::string sound = plan_text();
  std::string other_version = sound;
  other_version.replace(other_version.find("plan/1"), 6, "plan/2");
  std::string edited = sound;
  edited.replace(edited.find("\"blob\""), 6, "\"glob\"");
  for (const std::string& text :
       {other_version, edited, sound + " ", sound.substr(0, sound.size() - 2),
        sound.substr(0, 200)}) {
    write_plan(text);
    const JsonRun run = apply();
    EXPECT_EQ(run.exit_code, 3) << text;
    EXPECT_THAT(run.err, HasSubstr("make a new one"));
  }
  EXPECT_TRUE(store_.has_blob(garbage));
  write_plan(sound);
  EXPECT_EQ(apply().exit_code, 0);
  EXPECT_FALSE(store_.has_blob(garbage));
}

TEST_F(Apply, RefusesAPlanForAnotherRoot) {
  save();
  StoreBuilder other;
  other.image("app", "v1", {"base", "app"});
  const Digest garbage = other.blob("garbage");
  const JsonRun run = apply_to(other);
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.err, HasSubstr("another root"));
  EXPECT_TRUE(other.has_blob(garbage));
}

TEST_F(Apply, WhatIsNoPlanIsExitCode2) {
  for (const char* text :
       {"", "{}", "no JSON", "{\"schema\": \"dregs.gc/1\"}"}) {
    write_plan(text);
    const ProgramResult run = run_dregs(store_, {"apply", plan_.string()});
    EXPECT_EQ(run.exit_code, 2) << text;
    EXPECT_THAT(run.err, HasSubstr("is not a plan of dregs"));
  }
  EXPECT_EQ(run_dregs(store_, {"apply", "/nowhere"}).exit_code, 2);
  EXPECT_EQ(run_dregs(store_, {"apply", "/"}).exit_code, 2);
  EXPECT_EQ(run_dregs(store_, {"apply"}).exit_code, 2);
}

// One with a checksum that is right, as a program could make it.
TEST_F(Apply, NumbersThatDregsDoesNotWriteAreNoPlan) {
  const Digest young = store_.blob("garbage");
  save({"--min-age", "0"});
  std::string body = plan_text();
  body.erase(body.rfind("  \"checksum\""));
  body.erase(0, body.find("  \"version\""));
  const std::string age = "\"min_age_ns\":";
  for (const char* number : {"-1", "0.5", "1e81", "\"0\""}) {
    std::string other = body;
    other.replace(other.find(age), age.size() + 1, age + number);
    write_plan(sealed(other));
    EXPECT_EQ(run_dregs(store_, {"apply", plan_.string()}).exit_code, 2)
        << number;
    EXPECT_TRUE(store_.has_blob(young));
  }
  write_plan(sealed(body));
  EXPECT_EQ(apply().exit_code, 0);
  EXPECT_FALSE(store_.has_blob(young));
}

TEST_F(Apply, OnlyADryRunSavesAPlanAndNotInTheRegistry) {
  const Digest garbage = store_.blob("garbage");
  EXPECT_EQ(run_dregs(store_, {"gc", "--plan", plan_.string()}).exit_code, 2);
  EXPECT_EQ(
      run_dregs(store_, {"gc", "-n", "--plan", store_.v2() / "plan"}).exit_code,
      2);
  EXPECT_EQ(
      run_dregs(store_, {"gc", "-n", "--plan", "/nowhere/plan"}).exit_code, 2);
  EXPECT_TRUE(store_.has_blob(garbage));
  EXPECT_FALSE(fs::exists(plan_));
}

TEST_F(Apply, TellsAPersonWhatBecameOfThePlan) {
  store_.blob("garbage");
  EXPECT_THAT(
      run_dregs(store_, {"gc", "--dry-run", "--plan", plan_.string()}).out,
      HasSubstr("dregs apply " + plan_.string() + " carries it out"));
  const ProgramResult run = run_dregs(store_, {"apply", plan_.string()});
  EXPECT_THAT(run.out, HasSubstr("of which 2 agreed with what is garbage now"));
  EXPECT_THAT(run.out, HasSubstr("Looked again: 1 tag and 1 manifest, each has "
                                 "all that it needs."));
}

TEST_F(Apply, ProvingTellsOldDamageFromNew) {
  store_.image("web", "v1", {"web"});
  store_.lose(app_.layers[1]);
  store_.blob("garbage");
  const JsonRun run = run_for_json(store_, {"gc", "--prove"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.report["proof"]["broken_tags"], ElementsAre("app:v1"));
  EXPECT_THAT(run.report["proof"]["newly_broken"], IsEmpty());
}

TEST_F(Apply, ProvingCountsWhatNoServerServesAndNothingElse) {
  const BuiltImage web = store_.image("web", "v1", {"web"});
  store_.remove(store_.revision_path("web", web.manifest));
  store_.folder(store_.tag_folder("web", "empty"));
  const BuiltImage child = store_.image("sparse", "", {"of another platform"});
  store_.index("sparse", "all", {child.manifest});
  store_.delete_manifest("sparse", child.manifest);
  store_.lose(child.manifest);
  const JsonRun run = run_for_json(store_, {"gc", "--prove"});
  EXPECT_THAT(run.report["findings"].dump(), HasSubstr("missing-child"));
  EXPECT_THAT(run.report["proof"]["broken_tags"],
              ElementsAre("web:empty", "web:v1"));
}

}  // namespace
}  // namespace dregs
