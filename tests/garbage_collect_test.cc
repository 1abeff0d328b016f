// `dregs garbage-collect`: the lines that scripts of registry 3.x look for
// (format.md#4.4), and what they say where dregs is the more careful one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/command_run.h"

namespace dregs {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class GarbageCollect : public testing::Test {
 protected:
  ProgramResult run(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), "garbage-collect");
    return run_dregs(store_, arguments);
  }

  static std::string marking(const std::string& repository,
                             const BuiltImage& image) {
    std::string lines = manifest(repository, image.manifest);
    lines += blob(repository, image.config);
    for (const Digest& layer : image.layers) lines += blob(repository, layer);
    return lines;
  }
  static std::string manifest(const std::string& repository,
                              const Digest& digest) {
    return repository + ": marking manifest " + digest.to_string() + " \n";
  }
  static std::string blob(const std::string& repository, const Digest& digest) {
    return repository + ": marking blob " + digest.to_string() + "\n";
  }

  StoreBuilder store_;
};

TEST_F(GarbageCollect, NamesEachBlobOnceAndWhatGoes) {
  const BuiltImage base = store_.image("app", "v1", {"base"});
  const BuiltImage app = store_.image("app/web", "v1", {"base", "web"});
  const Digest lost = store_.layer("app", "lost");
  const ProgramResult result = run();
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out,
            "app\n" + marking("app", base) + "app/web\n" +
                manifest("app/web", app.manifest) +
                blob("app/web", app.config) + blob("app/web", app.layers[1]) +
                "\n6 blobs marked, 1 blobs and 0 manifests eligible for "
                "deletion\nblob eligible for deletion: " +
                lost.to_string() + "\napp: layer link eligible for deletion: " +
                lost.to_string() + "\n");
  EXPECT_EQ(result.err, "dregs: " + store_.root().string() + " (--root)\n");
  EXPECT_FALSE(store_.has_blob(lost));
}

TEST_F(GarbageCollect, WalksIntoIndexesAndNamesUntaggedOnesWithAllTags) {
  const BuiltImage child = store_.image("app", "", {"child"});
  const Digest index = store_.index("app", "all", {child.manifest});
  const BuiltImage old = store_.image("app", "", {"old"});
  const ProgramResult result = run({"-d", "-m"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(
      result.out,
      HasSubstr("app\n" + manifest("app", index) + blob("app", child.manifest) +
                blob("app", child.config) + blob("app", child.layers[0])));
  EXPECT_THAT(result.out, HasSubstr("\nmanifest eligible for deletion: {app " +
                                    old.manifest.to_string() +
                                    " [all]}\n\n4 blobs marked, "
                                    "3 blobs and 1 manifests "));
  EXPECT_TRUE(store_.has_blob(old.manifest));
}

// 3.x would delete it.
TEST_F(GarbageCollect, MarksTheSignatureOfATaggedImage) {
  const BuiltImage app = store_.image("app", "v1", {"app"});
  const BuiltImage signature = store_.referrer("app", app.manifest, "signed");
  const ProgramResult result = run({"-m"});
  EXPECT_THAT(result.out, HasSubstr(marking("app", app) +
                                    manifest("app", signature.manifest)));
  EXPECT_TRUE(store_.has_blob(signature.manifest));
}

TEST_F(GarbageCollect, SaysThatARepositoryHasNoTagsFolder) {
  const BuiltImage app = store_.image("app", "v1", {"app"});
  store_.image("other", "v1", {"other"});
  store_.remove(store_.repository_path("app") + "/_manifests/tags");
  EXPECT_THAT(run({"-d", "-m"}).out,
              HasSubstr("app\nmanifest tags path of repository app does not "
                        "exist\n"));
  EXPECT_THAT(run({"-d"}).out, HasSubstr("app\n" + marking("app", app)));
}

// As the incumbent, it exits with 1 only; stdout holds nothing but its lines.
TEST_F(GarbageCollect, TellsOfDamageOnStderr) {
  const BuiltImage app = store_.image("app", "v1", {"app"});
  store_.corrupt(app.manifest);
  const ProgramResult result = run();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("corrupt-manifest"));
  EXPECT_THAT(result.out,
              testing::StartsWith("app\n" + manifest("app", app.manifest)));
  EXPECT_TRUE(store_.has_blob(app.layers[0]));
}

TEST_F(GarbageCollect, RefusesWithExitCode1WhereNothingIsLive) {
  store_.blob("all that there is");
  const ProgramResult result = run();
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("refused"));
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_EQ(
      run_dregs(store_, {"garbage-collect", "--root", "/nowhere"}).exit_code,
      1);
}

TEST_F(GarbageCollect, ANameCannotForgeALine) {
  store_.image("app\nblob eligible for deletion: \x1b[31m", "", {"base"});
  const ProgramResult result = run({"-d"});
  EXPECT_THAT(result.out, HasSubstr("app\\nblob eligible"));
  EXPECT_THAT(result.out, testing::Not(HasSubstr("\nblob eligible")));
  EXPECT_THAT(result.out, testing::Not(HasSubstr("\x1b")));
}

// As pflag has it, with which the incumbent is made.
TEST_F(GarbageCollect, FlagsTakeTheValuesThatTheIncumbentsTake) {
  store_.image("app", "v1", {"base"});
  const Digest spare = store_.blob("spare");
  for (const char* dry : {"-d=true", "-d=1", "-md=T", "--dry-run=TRUE", "-d",
                          "-qd=true", "-dm=false"}) {
    EXPECT_EQ(run({dry}).exit_code, 0) << dry;
    EXPECT_TRUE(store_.has_blob(spare)) << dry;
  }
  for (const char* wrong : {"-d=yes", "-d=2", "--dry-run=", "-d=", "-x=true"}) {
    EXPECT_EQ(run({wrong}).exit_code, 1) << wrong;
    EXPECT_TRUE(store_.has_blob(spare)) << wrong;
  }
  EXPECT_EQ(run({"-d", "-d=false"}).exit_code, 0);  // the last one counts
  EXPECT_FALSE(store_.has_blob(spare));
}

TEST_F(GarbageCollect, AFalseFlagRemovesNoUntaggedManifest) {
  store_.image("app", "v1", {"base"});
  const BuiltImage untagged = store_.image("app", "", {"other"});
  for (const char* off : {"-m=false", "-m=0", "-qm=f", "--delete-untagged=F"}) {
    EXPECT_EQ(run({off}).exit_code, 0) << off;
    EXPECT_TRUE(store_.has_blob(untagged.manifest)) << off;
  }
  EXPECT_EQ(run({"-m=true"}).exit_code, 0);
  EXPECT_FALSE(store_.has_blob(untagged.manifest));
}

TEST_F(GarbageCollect, HasTheFlagsThatItsRefusalsName) {
  const Digest spare = store_.blob("spare");
  store_.folder("repositories/app/_layers");
  const ProgramResult refused = run();
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("--allow-empty"));
  EXPECT_TRUE(store_.has_blob(spare));
  EXPECT_EQ(run({"--allow-empty"}).exit_code, 0);
  EXPECT_FALSE(store_.has_blob(spare));
}

TEST_F(GarbageCollect, TakesUntaggedManifestsOfACacheWhereThatIsAllowed) {
  store_.image("app", "v1", {"base"});
  const BuiltImage untagged = store_.image("app", "", {"other"});
  store_.write("../../../scheduler-state.json", "{}");
  const ProgramResult refused = run({"-m"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("--allow-proxy-cache"));
  EXPECT_TRUE(store_.has_blob(untagged.manifest));
  EXPECT_THAT(run({"-m", "--allow-proxy-cache"}).err,
              testing::Not(HasSubstr("refused")));
}

}  // namespace
}  // namespace dregs
