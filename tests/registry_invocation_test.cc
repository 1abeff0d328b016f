#include "gc/processes/registry_invocation.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace dregs {
namespace {

std::optional<RegistryInvocation> parse_command(const std::string& line,
                                                const std::string& name = "") {
  std::vector<std::string> arguments;
  std::istringstream stream(line);
  for (std::string each; stream >> each;) arguments.push_back(each);
  return parse_invocation(arguments, name);
}

TEST(RegistryInvocation, AServerNamesItsConfiguration) {
  for (const char* line :
       {"registry serve /etc/c.yml", "/bin/docker-registry serve /etc/c.yml",
        "tini -- registry serve /etc/c.yml", "images serve /etc/c.yml",
        "registry /etc/c.yml"}) {
    const auto found = parse_command(line);
    ASSERT_TRUE(found) << line;
    EXPECT_EQ(found->config, "/etc/c.yml") << line;
    EXPECT_FALSE(found->collects) << line;
  }
  EXPECT_EQ(parse_command("registry /etc/c.yaml")->config, "/etc/c.yaml");
}

TEST(RegistryInvocation, OnlyWhatIsCalledRegistryMayBeADoubt) {
  EXPECT_TRUE(parse_command("registry serve")->named_registry);
  EXPECT_TRUE(parse_command("registry-3.0.0 serve c.yml")->named_registry);
  EXPECT_TRUE(parse_command("renamed serve c.yml", "registry")->named_registry);
  EXPECT_TRUE(parse_command("strace -f registry serve c.yml")->named_registry);
  EXPECT_TRUE(
      parse_command("strace docker-registry serve c.yml")->named_registry);
  EXPECT_FALSE(parse_command("hugo serve c.yml")->named_registry);
}

TEST(RegistryInvocation, OtherCommandLinesAreNone) {
  for (const char* line :
       {"", "registry", "registry --version", "registry help", "hugo serve",
        "mkdocs serve -f mkdocs.yml", "dregs garbage-collect c",
        "vim registry.yml", "docker run registry serve /etc/c.yml",
        "ssh host registry serve /etc/c.yml"})
    EXPECT_FALSE(parse_command(line)) << line;
}

TEST(RegistryInvocation, GarbageCollectTakesFlagsAnywhere) {
  for (const char* line : {"registry garbage-collect -d c.yml",
                           "registry garbage-collect c.yml -d",
                           "registry garbage-collect -md c.yml",
                           "registry garbage-collect --dry-run c.yml",
                           "registry garbage-collect --dry-run=true c.yml"}) {
    const auto found = parse_command(line);
    ASSERT_TRUE(found) << line;
    EXPECT_TRUE(found->collects && found->dry_run) << line;
    EXPECT_EQ(found->config, "c.yml") << line;
  }
  EXPECT_FALSE(parse_command("registry garbage-collect -m c.yml")->dry_run);
  EXPECT_FALSE(
      parse_command("registry garbage-collect --delete-untagged c")->dry_run);
  EXPECT_FALSE(
      parse_command("registry garbage-collect --dry-run=false c")->dry_run);
  EXPECT_FALSE(
      parse_command("registry garbage-collect -d=false c.yml")->dry_run);
}

}  // namespace
}  // namespace dregs
