#include "scanner/config/registry_config.h"
#include "scanner/disk/config_file.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace dregs {
namespace {

using Environment = std::vector<std::string>;

constexpr auto kDebianConfig = R"(version: 0.1
log:
  fields:
    service: registry
storage:
  cache:
    blobdescriptor: inmemory
  filesystem:
    rootdirectory: /var/lib/docker-registry
  delete:
    enabled: true
http:
  addr: :5000
  headers:
    X-Content-Type-Options: [nosniff]
)";

RegistryConfig parse(std::string_view yaml, const Environment& set = {}) {
  return parse_registry_config(yaml, set, "config.yml");
}

std::string root_of(std::string_view yaml, const Environment& set = {}) {
  return parse(yaml, set).root_directory;
}

std::string error_of(std::string_view yaml, const Environment& set = {}) {
  try {
    parse(yaml, set);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(RegistryConfig, ReadsTheConfigurationThatDebianShips) {
  const RegistryConfig config = parse(kDebianConfig);
  EXPECT_EQ(config.root_directory, "/var/lib/docker-registry");
  EXPECT_EQ(config.root_set_by, "config.yml:9");
  EXPECT_EQ(config.http_addr, ":5000");
  EXPECT_FALSE(config.readonly);
  EXPECT_FALSE(config.proxy);
  EXPECT_FALSE(config.uses_redis);
}

TEST(RegistryConfig, TakesTheDefaultRootWhereNoneIsNamed) {
  for (const char* storage :
       {"filesystem", "{filesystem: }", "{filesystem: {}}",
        "{filesystem: {maxthreads: 100}, tag: {concurrencylimit: 5}}",
        "{filesystem: {RootDirectory: /ignored}}"}) {
    const RegistryConfig config =
        parse(std::string("version: 0.1\nstorage: ") + storage);
    EXPECT_EQ(config.root_directory, "/var/lib/registry") << storage;
    EXPECT_EQ(config.root_set_by, "default") << storage;
  }
}

TEST(RegistryConfig, TheEnvironmentWinsOverTheFile) {
  const RegistryConfig config = parse(
      kDebianConfig, {"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=/srv/images"});
  EXPECT_EQ(config.root_directory, "/srv/images");
  EXPECT_EQ(config.root_set_by, "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY");
}

TEST(RegistryConfig, VariablesActInTheOrderOfTheirNames) {
  const Environment set = {"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=/last",
                           "REGISTRY_STORAGE=filesystem"};
  EXPECT_EQ(root_of("version: 0.1\nstorage: {s3: {bucket: b}}", set), "/last");
}

TEST(RegistryConfig, ReplacingTheStorageSectionDropsAllOfIt) {
  const RegistryConfig config = parse(
      "version: 0.1\nstorage: {filesystem: {rootdirectory: /old}, cache: "
      "{blobdescriptor: redis}}",
      {"REGISTRY_STORAGE=filesystem"});
  EXPECT_EQ(config.root_directory, "/var/lib/registry");
  EXPECT_FALSE(config.uses_redis);
}

TEST(RegistryConfig, ValuesOfVariablesAreYaml) {
  EXPECT_EQ(root_of(kDebianConfig,
                    {"REGISTRY_STORAGE_FILESYSTEM={rootdirectory: /x}"}),
            "/x");
  EXPECT_EQ(root_of(kDebianConfig,
                    {"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=\"/a b\""}),
            "/a b");
  EXPECT_EQ(root_of("version: 0.1",
                    {"REGISTRY_STORAGE={filesystem: {rootdirectory: /y}}"}),
            "/y");
}

TEST(RegistryConfig, VariablesReachIntoListsAndChangeNoRoot) {
  const std::string yaml = R"(version: 0.1
storage: {filesystem: {rootdirectory: /data}}
http: {headers: {X: [{name: a}]}}
)";
  EXPECT_EQ(root_of(yaml, {"REGISTRY_HTTP_HEADERS_X_0_NAME=b",
                           "REGISTRY_HTTP_HEADERS_X_1=x",
                           "REGISTRY_HTTP_HEADERS_X_9_NAME=far",
                           "REGISTRY_HTTP_HEADERS_X_0X_NAME=no number",
                           "REGISTRY_HTTP_HEADERS_X_Y=none"}),
            "/data");
}

TEST(RegistryConfig, VariablesReachBelowWhatIsEmptyAndNotBelowText) {
  EXPECT_EQ(root_of("version: 0.1\nstorage: {filesystem: }",
                    {"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=/x"}),
            "/x");
  EXPECT_EQ(root_of("version: 0.1\nstorage: {filesystem: {rootdirectory: /x}}",
                    {"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY_BELOW=/y"}),
            "/x");
}

TEST(RegistryConfig, NewKeysAreStoredInLowerCase) {
  EXPECT_EQ(root_of("version: 0.1\nstorage: {filesystem: {RootDirectory: /a}}",
                    {"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=/b"}),
            "/b");
  EXPECT_EQ(root_of("version: 0.1\nStorage: s3",
                    {"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=/c"}),
            "/c");
  EXPECT_EQ(
      root_of(kDebianConfig, {"REGISTRY_STORAGE_Filesystem_RootDirectory=/d"}),
      "/d");
  EXPECT_NE(error_of(kDebianConfig, {"REGISTRY_STORAGE_S3_BUCKET=b"})
                .find("takes exactly one"),
            std::string::npos);
}

TEST(RegistryConfig, ForeignVariablesAreIgnoredWhateverTheyHold) {
  EXPECT_EQ(root_of(kDebianConfig,
                    {"REGISTRY_PORT=tcp://10.0.0.1:5000", "REGISTRY_PASS=@[{",
                     "registry_storage=s3", "REGISTRY=s3", "noequalssign",
                     "REGISTRY_CONFIGURATION_PATH=/etc/x.yml"}),
            "/var/lib/docker-registry");
}

TEST(RegistryConfig, KnowsReadonlyProxyAndRedis) {
  EXPECT_TRUE(parse(kDebianConfig,
                    {"REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED=true"})
                  .readonly);
  EXPECT_TRUE(parse(kDebianConfig,
                    {"REGISTRY_STORAGE_MAINTENANCE_READONLY={enabled: true}"})
                  .readonly);
  EXPECT_FALSE(parse(kDebianConfig,
                     {"REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED=\"true\""})
                   .readonly);
  EXPECT_TRUE(
      parse(kDebianConfig, {"REGISTRY_PROXY_REMOTEURL=https://hub"}).proxy);
  EXPECT_FALSE(parse(kDebianConfig, {"REGISTRY_PROXY_REMOTEURL="}).proxy);
  EXPECT_TRUE(parse(kDebianConfig, {"REGISTRY_STORAGE_CACHE_LAYERINFO=redis"})
                  .uses_redis);
  EXPECT_TRUE(
      parse(kDebianConfig, {"REGISTRY_REDIS_ADDR=redis:6379"}).uses_redis);
  EXPECT_TRUE(
      parse(std::string(kDebianConfig) + "redis: {addrs: [redis:6379]}\n")
          .uses_redis);
}

TEST(RegistryConfig, DoubtsWhetherItIsReadonlyAndNotWhetherItIsAProxy) {
  const auto with = [](const std::string& more) {
    return parse("version: 0.1\nstorage: {filesystem: {}, maintenance: " +
                 more);
  };
  EXPECT_FALSE(with("{readonly: {enabled: false}}}").readonly);
  EXPECT_FALSE(with("{readonly: {enabled: {}}}}").readonly);
  EXPECT_TRUE(with("{}}\nproxy: {remoteurl: [https://hub]}").proxy);
  EXPECT_FALSE(with("{}}\nproxy: {remoteurl: \"\"}").proxy);
  EXPECT_TRUE(with("{}}\nredis: {addrs: redis:6379}").uses_redis);
  EXPECT_FALSE(with("{}}\nredis: {addr: \"\", addrs: []}").uses_redis);
}

TEST(RegistryConfig, AnEmptyRootVariableIsAnErrorThatNamesTheTrap) {
  const std::string error =
      error_of(kDebianConfig, {"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY="});
  EXPECT_TRUE(error.starts_with("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: "))
      << error;
  EXPECT_NE(error.find("<nil>"), std::string::npos) << error;
}

TEST(RegistryConfig, AnotherDriverIsRefusedWithTheWayOut) {
  const std::string yaml = "version: 0.1\nstorage:\n  s3: {bucket: b}\n";
  EXPECT_THROW(parse(yaml), OtherDriverError);
  EXPECT_EQ(error_of(yaml),
            "config.yml:3: storage.\"s3\": dregs only handles the filesystem "
            "driver; for data that lies in a folder say --root DIR");
}

TEST(RegistryConfig, TwoDriversAreOneTooMany) {
  EXPECT_NE(error_of("version: 0.1\nstorage: {s3: {}, filesystem: {}}")
                .find("takes exactly one"),
            std::string::npos);
  EXPECT_NE(error_of(kDebianConfig, {"REGISTRY_STORAGE_INMEMORY={}"})
                .find("takes exactly one"),
            std::string::npos);
}

TEST(RegistryConfig, RefusesWhatTheRegistryRefuses) {
  for (const char* yaml :
       {"", "just text", "storage: filesystem", "version: 0.2\nstorage: x",
        "version: 0.1", "version: 0.1\nstorage:",
        "version: 0.1\nstorage: {delete: {enabled: true}}",
        "version: 0.1\nstorage: {filesystem: /data}",
        "version: 0.1\nstorage: [filesystem]", "version: 0.1\nstorage: {",
        "version: 0.1\nstorage: {filesystem: {rootdirectory: [/x]}}"}) {
    const std::string error = error_of(yaml);
    EXPECT_TRUE(error.starts_with("config.yml")) << yaml << " → " << error;
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  }
}

TEST(RegistryConfig, RefusesWhatCouldBeReadInTwoWays) {
  for (const char* yaml :
       {"version: 0.1\nstorage: filesystem\nstorage: s3",
        "version: 0.1\nstorage: {filesystem: {<<: {rootdirectory: /x}}}",
        "version: 0.1\nstorage: {filesystem: {rootdirectory: 0x10}}",
        "version: 0.1\nstorage: {filesystem: {rootdirectory: yes}}",
        "version: 0.1\nstorage: {filesystem: {rootdirectory: .5}}",
        "version: 0.1\nstorage: {filesystem: {rootdirectory: +5}}",
        "version: 0.1\nstorage: {filesystem: {rootdirectory: -5}}",
        "version: 0.1\nstorage: filesystem\n<<: {proxy: {remoteurl: x}}",
        "version: 0.1\nstorage: {filesystem: {rootdirectory: \"/a\\0b\"}}",
        "version: 0.1\nstorage: {filesystem: {rootdirectory: \"\"}}",
        "version: 0.1\nstorage: {filesystem: {rootdirectory: !x /y}}"})
    EXPECT_NE(error_of(yaml), "no error") << yaml;
}

TEST(RegistryConfig, TakesAWordThatYamlTakesForTextAsItStands) {
  for (const std::string word : {".", "..", ".hidden", "data", "./5", "/5"})
    EXPECT_EQ(root_of("version: 0.1\nstorage: {filesystem: {rootdirectory: " +
                      word + "}}"),
              word);
}

TEST(RegistryConfig, AYamlErrorNamesItsLine) {
  EXPECT_TRUE(error_of("version: 0.1\nstorage: [\nx: {")
                  .starts_with("config.yml:3: not YAML"));
}

TEST(RegistryConfig, OnlyTheFirstDocumentCounts) {
  EXPECT_EQ(root_of("version: 0.1\nstorage: {filesystem: {rootdirectory: "
                    "/x}}\n---\nstorage: s3\n"),
            "/x");
}

TEST(RegistryConfig, HostileSizesEndInAnError) {
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string old = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
              old + ", " + old + ", " + old + ", " + old + "]\n";
  }
  EXPECT_NE(error_of(laughs).find("too large"), std::string::npos);
  EXPECT_NE(error_of(std::string(100'000, '[')), "no error");
  EXPECT_NE(error_of(std::string(1'100'000, ' ')).find("1 MiB"),
            std::string::npos);
  EXPECT_NE(error_of("&a [*a]"), "no error");
  EXPECT_NE(error_of(kDebianConfig,
                     {"REGISTRY_STORAGE" + std::string(5000, '_') + "=x"})
                .find("too many parts"),
            std::string::npos);
}

TEST(RegistryConfig, AFileThatCannotBeReadIsNamed) {
  try {
    load_registry_config("/nonexistent/c.yml", {}, "--config /nonexistent");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(
        error.what(),
        "--config /nonexistent: cannot be read: No such file or directory");
  }
  EXPECT_THROW(load_registry_config("/dev/null", {}, "x"), ConfigError);
  EXPECT_THROW(load_registry_config("/tmp", {}, "x"), ConfigError);
  // Regular and open, and there is nothing at its beginning to read.
  EXPECT_THROW(load_registry_config("/proc/self/mem", {}, "x"), ConfigError);
}

// One of these, so that arbitrary text comes near to a configuration.
rc::Gen<std::string> gen_yaml_text() {
  const auto piece = rc::gen::weightedOneOf<std::string>(
      {{6, rc::gen::elementOf(std::vector<std::string>{"version: 0.1\n",
                                                       "storage:",
                                                       "filesystem",
                                                       ": ",
                                                       "\n",
                                                       "  ",
                                                       "rootdirectory",
                                                       "/x",
                                                       "{",
                                                       "}",
                                                       "[",
                                                       "]",
                                                       "&a ",
                                                       "*a",
                                                       "<<",
                                                       "~",
                                                       "!!str ",
                                                       "\"",
                                                       "'",
                                                       "- ",
                                                       "? ",
                                                       "|\n",
                                                       "%",
                                                       "---\n"})},
       {1, rc::gen::string<std::string>()}});
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                      [](const std::vector<std::string>& pieces) {
                        std::string text;
                        for (const std::string& each : pieces) text += each;
                        return text;
                      });
}

RC_GTEST_PROP(RegistryConfig, AnyBytesGiveARootOrAnErrorOfOneLine, ()) {
  const std::string yaml = *gen_yaml_text();
  const std::string value = *gen_yaml_text();
  try {
    const RegistryConfig config =
        parse(yaml, {"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=" + value});
    RC_ASSERT(!config.root_directory.empty());
  } catch (const ConfigError& error) {
    RC_ASSERT(std::string(error.what()).find('\n') == std::string::npos);
  }
}

}  // namespace
}  // namespace dregs
