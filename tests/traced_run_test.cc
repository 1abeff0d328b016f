// What a run asks of the kernel, as strace sees it: it removes nothing but
// beneath v2, writes nothing at all, and an error while it looks costs no
// image anything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <regex>

#include "tests/canary.h"
#include "tests/gc_run.h"
#include "tests/mounted_store.h"
#include "tests/paths.h"

namespace dregs {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

Words lines_of(const fs::path& file) {
  Words lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// A store with something of every kind to remove, and ways out of it.
void fill(StoreBuilder& store, const Canary& canary) {
  store.image("app", "v1", {"base", "old"});
  store.move_tag("app", "v1", store.image("app", "", {"base"}).manifest);
  // Not a way out, for all its dots.
  store.image("app", "v1..2", {"base", "older"});
  store.move_tag("app", "v1..2", store.image("app", "", {"base"}).manifest);
  store.image("team/app", "v1", {"base"});
  store.image("gone", "", {"base"});
  store.blob("garbage");
  store.upload("app", "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e21",
               std::chrono::hours(1), "half");
  store.temp_file(StoreBuilder::blob_path(store.blob("unfinished")));
  store.symlink(canary.folder(), "repositories/outside");
  store.symlink(canary.folder(), "repositories/team/_uploads");
  store.symlink(canary.folder(), "blobs/sha256/00");
}

const Words kAll = {"-m", "--uploads-older-than", "0", "--fail-on", "warning"};

TEST(TracedRun, RemovesOnlyByDescriptorsBeneathV2AndWritesNothing) {
  if (!can_trace()) GTEST_SKIP() << "strace is missing or may not trace";
  StoreBuilder store;
  const Canary canary(store.root() / "canary");
  fill(store, canary);
  const fs::path trace = store.root() / "trace";
  const GcRun run =
      run_gc(store, kAll,
             {"strace", "-f", "-y", "-o", trace, "-e",
              "trace=%file,?ftruncate,?fallocate,?fchmod,?fchown"});
  EXPECT_EQ(run.exit_code, 1) << run.err;
  const std::regex removal(R"(unlinkat\(\d+<([^>]*)>, "([^"/]+)\")");
  const std::regex harmful(
      R"(\b(unlink|rmdir|rename\w*|link|linkat|symlink\w*|mkdir\w*|mknod\w*|)"
      R"(\w*truncate|fallocate|\w*chmod\w*|\w*chown\w*|utime\w*|creat|)"
      R"(\w*setxattr)\()");
  const std::regex writing(R"(open\w*\(.*O_(WRONLY|RDWR|CREAT|TRUNC))");
  const std::string v2 = fs::canonical(store.v2()).string();
  int removals = 0;
  for (const std::string& line : lines_of(trace)) {
    std::smatch match;
    const bool unlinks = line.find("unlinkat(") != std::string::npos;
    if (unlinks && std::regex_search(line, match, removal)) {
      ++removals;
      EXPECT_THAT(match[1].str() + "/", ::testing::StartsWith(v2 + "/"));
      EXPECT_THAT(match[2].str(),
                  ::testing::AllOf(::testing::Ne("."), ::testing::Ne("..")));
    } else {
      EXPECT_FALSE(unlinks) << line;
    }
    EXPECT_FALSE(!unlinks && std::regex_search(line, harmful)) << line;
    EXPECT_FALSE(std::regex_search(line, writing) &&
                 line.find(store.root()) != std::string::npos)
        << line;
  }
  EXPECT_GT(removals, 20);
  EXPECT_TRUE(canary.unharmed());
}

// Says so, does not let it through, knows less of it, or gives up.
constexpr std::array kNoOpenat2 = {"ENOSYS", "EPERM", "E2BIG", "EAGAIN",
                                   "ENAMETOOLONG"};

Words without_openat2(const std::string& error) {
  return {"strace", "-f",
          "-o",     "/dev/null",
          "-e",     "trace=openat2",
          "-e",     "inject=openat2:error=" + error};
}

TEST(TracedRun, RemovesTheSameWhereTheKernelHasNoOpenat2) {
  if (!can_trace()) GTEST_SKIP() << "strace is missing or may not trace";
  const auto removed = [](const Words& starter) {
    StoreBuilder store;
    const Canary canary(store.root() / "canary");
    fill(store, canary);
    const TreeSnapshot before = store.snapshot();
    const GcRun run = run_gc(store, kAll, starter);
    EXPECT_EQ(run.exit_code, 1) << run.err;
    EXPECT_TRUE(canary.unharmed());
    return store.removed_since(before);
  };
  const std::set<std::string> usual = removed({});
  EXPECT_FALSE(usual.empty());
  for (const char* error : kNoOpenat2)
    EXPECT_EQ(removed(without_openat2(error)), usual) << error;
}

TEST(TracedRun, RemovesNoBlobThroughALinkWhereTheKernelHasNoOpenat2) {
  if (!can_trace()) GTEST_SKIP() << "strace is missing or may not trace";
  StoreBuilder probe;
  const fs::path folder =
      fs::path(StoreBuilder::blob_path(probe.blob("garbage"))).parent_path();
  for (const fs::path& path : {folder.parent_path(), folder}) {
    SCOPED_TRACE(path);
    StoreBuilder store;
    store.image("app", "v1", {"base"});
    const Digest garbage = store.blob("garbage");
    const fs::path elsewhere = store.root() / "elsewhere";
    fs::rename(store.v2() / path, elsewhere);
    store.symlink(elsewhere.string(), path);
    const GcRun run = run_gc(store, kAll, without_openat2("ENOSYS"));
    EXPECT_EQ(run.exit_code, 1) << run.err;
    EXPECT_EQ(run.finding("symbolic-link").at("path"), in_root(path));
    EXPECT_EQ(run.removed("blob").count(in_root(folder)), 0U);
    EXPECT_TRUE(store.has_blob(garbage));
  }
}

// Nor by its looks whether a child is a manifest.
TEST(TracedRun, AChildThatCannotBeLookedAtKeepsItsLayers) {
  if (!can_trace()) GTEST_SKIP() << "strace is missing or may not trace";
  StoreBuilder store;
  const BuiltImage child = store.image("app", "", {"of the child"});
  store.remove(StoreBuilder::revision_path("app", child.manifest));
  store.index("app", "v1", {child.manifest},
              {.child_media_type = "application/x"});
  run_gc(store, kAll,
         {"strace", "-f", "-o", "/dev/null", "-P",
          store.v2() / StoreBuilder::blob_path(child.manifest), "-e",
          "trace=pread64", "-e", "inject=pread64:error=EIO"});
  EXPECT_TRUE(store.has_blob(child.layers[0]));
  EXPECT_TRUE(store.has(StoreBuilder::layer_link_path("app", child.layers[0])));
}

// The only call for these bytes: what it says of them decides.
TEST(TracedRun, AManifestIsReadAgainAfterASignalAndPinsWhereTheDiskFails) {
  if (!can_trace()) GTEST_SKIP() << "strace is missing or may not trace";
  for (const std::size_t spaces : {0UL, 5UL * 1024 * 1024}) {
    StoreBuilder store;
    const BuiltImage app = store.image("app", "v1", {"base"});
    const Digest index =
        store.manifest_bytes("app", "odd",
                             R"({"schemaVersion":2,"layers":[{"digest":")" +
                                 app.layers[0].to_string() + "\"}]" +
                                 std::string(spaces, ' ') + "}");
    store.layer("app", "spare");
    const auto run = [&](const std::string& fault) {
      return run_gc(store, {"-n"},
                    {"strace", "-f", "-o", "/dev/null", "-P",
                     store.v2() / StoreBuilder::blob_path(index), "-e",
                     "trace=read", "-e", "inject=read:" + fault});
    };
    const GcRun interrupted = run("error=EINTR:when=1");
    EXPECT_TRUE(interrupted.finding("unreadable-manifest").is_null());
    EXPECT_FALSE(interrupted.pinned("app"));
    const GcRun failed = run("error=EIO");
    EXPECT_EQ(failed.exit_code, 1);
    EXPECT_EQ(failed.finding("unreadable-manifest").at("needed_by"),
              nlohmann::json({"app:odd"}));
    EXPECT_TRUE(failed.pinned("app"));
    EXPECT_EQ(failed.removed("layer-link"), std::set<std::string>{});
  }
}

// However often one looks: what is below is not known.
TEST(TracedRun, AFolderThatCanNeverBeListedCostsNoBlob) {
  if (!can_trace()) GTEST_SKIP() << "strace is missing or may not trace";
  StoreBuilder store;
  const Digest live = store.image("team/app", "v1", {"base"}).manifest;
  store.image("app", "v1", {"base"});
  store.blob("garbage");
  const fs::path blob = StoreBuilder::blob_path(live);
  const TreeSnapshot before = store.snapshot();
  for (const std::string& folder :
       Words{"repositories", "repositories/team",
             "repositories/team/app/_layers/sha256",
             "repositories/team/app/_manifests/revisions/sha256",
             "repositories/team/app/_manifests/tags",
             blob.parent_path().parent_path()}) {
    SCOPED_TRACE(folder);
    const GcRun run =
        run_gc(store, {"--uploads-older-than", "0"},
               {"strace", "-f", "-o", store.root() / "trace", "-P",
                store.v2() / folder, "-e", "trace=getdents64", "-e",
                "inject=getdents64:error=EIO"});
    EXPECT_EQ(run.exit_code, 3);
    EXPECT_EQ(run.finding("unreadable-folder").at("path"), in_root(folder));
    EXPECT_EQ(store.removed_since(before), std::set<std::string>{});
  }
}

// What was not looked at is not known to be garbage.
TEST(TracedRun, ThatIsStoppedWhileItLooksRemovesNothing) {
  if (!can_trace()) GTEST_SKIP() << "strace is missing or may not trace";
  StoreBuilder store;
  const std::string upload =
      StoreBuilder::upload_path("app", "0192d1c4-7a3e-4c11-9b52-5f0c8a6d3e2");
  for (const char* last : {"0", "1"}) store.write(upload + last + "/odd", "");
  for (const char* tag : {"v1", "v2", "v3", "v4"})
    store.image("app", tag, {"base"}, {.created_by = tag});
  // Only the index knows of its child, and its digest is the lowest.
  const Digest child = store.image("app", "", {"of the child"}).manifest;
  const Digest index = store.index("app", "all", {child});
  store.remove(StoreBuilder::revision_path("app", child));
  store.blob("garbage");
  const TreeSnapshot before = store.snapshot();
  for (const std::string& path :
       {upload + "0", StoreBuilder::revision_path("app", index),
        StoreBuilder::tag_path("app", "all"), StoreBuilder::blob_path(index)}) {
    SCOPED_TRACE(path);
    const ProgramResult run = run_program(
        {"strace", "-f", "-o", "/dev/null", "-P", store.v2() / path, "-e",
         "trace=read,getdents64", "-e",
         "inject=read,getdents64:signal=TERM:when=1", kDregsProgram, "gc", "-j",
         "1", "--uploads-older-than", "0", "--root", store.root()});
    EXPECT_EQ(run.exit_code, 143);
    EXPECT_THAT(run.err, ::testing::HasSubstr("nothing was removed"));
    EXPECT_EQ(store.removed_since(before), std::set<std::string>{});
  }
}

// A run whose n-th call of that name fails. In a process namespace of its own
// the search for registries makes few calls.
class FailingCall : public ::testing::TestWithParam<const char*> {
 protected:
  static std::string name() {
    const std::string call = GetParam();
    return call.substr(0, call.find(':'));
  }

  static GcRun run(const StoreBuilder& store, const Words& more) {
    Words starter = {"unshare", "--pid",
                     "--fork",  "--mount-proc",
                     "strace",  "-f",
                     "-o",      store.root() / "trace",
                     "-e",      "trace=" + name()};
    starter.insert(starter.end(), more.begin(), more.end());
    Words arguments = kAll;
    arguments.insert(arguments.end(), {"-j", "1"});
    return run_gc(store, arguments, starter);
  }

  static std::string fault(std::size_t nth) {
    return std::string("inject=") + GetParam() + ":when=" + std::to_string(nth);
  }
};

// What ends the program before it begins is no run.
bool began(const StoreBuilder& store) {
  return !lines_of(store.root() / "trace").empty();
}

TEST_P(FailingCall, CostsNoImageAnything) {
  if (!can_trace() || !can_mount())
    GTEST_SKIP() << "strace is missing or may not trace";
  std::set<std::string> garbage;
  std::size_t calls = 0;
  {
    StoreBuilder store;
    fill(store, Canary(store.root() / "canary"));
    const TreeSnapshot before = store.snapshot();
    run(store, {});
    garbage = store.removed_since(before);
    calls = lines_of(store.root() / "trace").size();
  }
  ASSERT_GT(calls, 0u);
  constexpr std::size_t kSamples = 40;
  for (std::size_t i = 0; i < kSamples && i < calls; ++i) {
    const std::size_t nth = 1 + i * std::max(calls, kSamples) / kSamples;
    SCOPED_TRACE(fault(nth));
    StoreBuilder store;
    const Canary canary(store.root() / "canary");
    fill(store, canary);
    const TreeSnapshot before = store.snapshot();
    try {
      const GcRun failed = run(store, {"-e", fault(nth)});
      EXPECT_LE(failed.exit_code, 4);
    } catch (const std::runtime_error&) {
      EXPECT_TRUE(began(store));  // it said why on stderr
    }
    EXPECT_THAT(garbage, ::testing::IsSupersetOf(store.removed_since(before)));
    EXPECT_EQ(files_changed(before, store.snapshot()), std::set<std::string>{});
    EXPECT_TRUE(canary.unharmed());
  }
}

INSTANTIATE_TEST_SUITE_P(
    TracedRun, FailingCall,
    ::testing::Values("getdents64:error=EIO", "openat2:error=EIO",
                      "openat:error=EACCES", "openat:error=EMFILE",
                      "statx:error=EIO", "read:error=EIO", "unlinkat:error=EIO",
                      "syncfs:error=EIO"),
    [](const auto& call) { return name_of_fault(call.param); });

}  // namespace
}  // namespace dregs
