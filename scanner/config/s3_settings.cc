#include "scanner/config/s3_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>

#include "scanner/config/storage_section.h"
#include "scanner/formats/is_one_of.h"
#include "scanner/formats/lower_case.h"

namespace dregs {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return '0' <= c && c <= '9';
  });
}

// The registry prints the YAML value to get its text, so that 0x10 becomes "16"
// and 1e3 "1000": whoever means such a text writes it in quotes. A plain number
// stays what it is.
bool yaml_reads_another_text(const ConfigNode& node) {
  if (!node.plain) return false;
  const std::string& text = node.text;
  const std::string word = in_lower_case(text);
  if (is_one_of(word, {"y", "yes", "n", "no", "on", "off", "true", "false",
                       ".inf", "-.inf", "+.inf", ".nan"}))
    return true;
  if (all_digits(text) && text.size() < 19)
    return text.size() > 1 && text.front() == '0';
  std::string_view number = word;
  if (number.starts_with('-') || number.starts_with('+'))
    number.remove_prefix(1);
  if (number.empty() || number.find_first_of("0123456789") != 0) {
    if (!number.starts_with('.')) return false;
  }
  if (is_one_of(number.substr(0, 2), {"0x", "0o", "0b"}))
    return number.find_first_not_of("0123456789abcdef_", 2) ==
           std::string_view::npos;
  // Numbers with fraction, exponent or underscores, and dates.
  return number.find_first_not_of("0123456789._e+-:t z") ==
         std::string_view::npos;
}

// Reads the parameters of one driver.
class DriverSection {
 public:
  explicit DriverSection(const ConfigNode& driver) : driver_(driver) {}

  // Empty where it is not set.
  std::string text(std::string_view key) const {
    const ConfigNode* node = driver_.find(key);
    if (node == nullptr || node->is_null()) return {};
    if (!node->is_scalar()) refuse(*node, key, "must be text");
    // Not shown: it may be a secret.
    if (yaml_reads_another_text(*node))
      refuse(*node, key, "is not text to YAML; put it in quotes");
    const auto is_control = [](unsigned char c) {
      return c < 0x20 || c == 0x7f;
    };
    if (std::any_of(node->text.begin(), node->text.end(), is_control))
      refuse(*node, key, "holds a control byte; remove it");
    return node->text;
  }

  std::string demanded(std::string_view key) const {
    std::string value = text(key);
    if (value.empty())
      throw ConfigError(
          fmt::format("{}: storage.{}.{}: missing; the registry "
                      "demands it",
                      driver_.set_by, driver_.key, key));
    return value;
  }

  std::optional<bool> flag(std::string_view key) const {
    const ConfigNode* node = driver_.find(key);
    if (node == nullptr || node->is_null()) return std::nullopt;
    if (node->is_scalar()) {
      if (says(*node, true)) return true;
      if (says(*node, false)) return false;
    }
    refuse(*node, key, "must be true or false");
  }

 private:
  // What YAML takes for a boolean, or in quotes what Go's ParseBool does.
  static bool says(const ConfigNode& node, bool wanted) {
    if (is_one_of(node.text,
                  wanted
                      ? std::initializer_list<std::string_view>{"true", "True",
                                                                "TRUE"}
                      : std::initializer_list<std::string_view>{
                            "false", "False", "FALSE"}))
      return true;
    if (!node.plain)
      return is_one_of(
          node.text,
          wanted ? std::initializer_list<std::string_view>{"1", "t", "T"}
                 : std::initializer_list<std::string_view>{"0", "f", "F"});
    return is_one_of(
        node.text,
        wanted
            ? std::initializer_list<std::string_view>{"yes", "Yes", "YES", "on",
                                                      "On", "ON", "y", "Y"}
            : std::initializer_list<std::string_view>{"no", "No", "NO", "off",
                                                      "Off", "OFF", "n", "N"});
  }

  [[noreturn]] void refuse(const ConfigNode& node, std::string_view key,
                           std::string_view what) const {
    throw ConfigError(fmt::format("{}: storage.{}.{}: {}", node.set_by,
                                  driver_.key, key, what));
  }

  const ConfigNode& driver_;
};

struct OtherWay {
  std::string_view driver;
  std::string_view way;
};

constexpr std::array<OtherWay, 5> kOtherWays = {{
    {"gcs",
     "Google's storage speaks S3 with interoperability keys (HMAC): say --root "
     "s3://BUCKET/ROOTDIRECTORY --endpoint https://storage.googleapis.com with "
     "those keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"},
    {"swift",
     "Swift speaks S3 with its middleware s3api: say --root "
     "s3://CONTAINER/ROOTDIRECTORY --endpoint URL --path-style"},
    {"oss",
     "Alibaba's OSS speaks S3: say --root s3://BUCKET/ROOTDIRECTORY --endpoint "
     "https://s3.oss-REGION.aliyuncs.com"},
    {"azure",
     "Azure's storage speaks no S3: copy the container into a folder and say "
     "--root DIR, or into a bucket and say --root s3://BUCKET/PREFIX"},
    {"inmemory", "nothing of it is left when its server stops"},
}};

[[noreturn]] void refuse_driver(const ConfigNode& driver) {
  for (const OtherWay& other : kOtherWays)
    if (other.driver == driver.key)
      throw OtherDriverError(
          fmt::format("{}: storage.{}: dregs has no such driver; {}",
                      driver.set_by, driver.key, other.way));
  throw OtherDriverError(fmt::format(
      "{}: storage.{}: dregs handles the drivers filesystem and s3; "
      "for data that lies in a folder say --root DIR",
      driver.set_by, fmt::format("{:?}", driver.key)));
}

S3Settings read_driver(const ConfigNode& driver) {
  const DriverSection section(driver);
  S3Settings s3;
  s3.driver = driver.key;
  s3.set_by = driver.set_by;
  s3.bucket = section.demanded("bucket");
  s3.region = section.demanded("region");
  s3.endpoint = section.text("regionendpoint");
  s3.root_directory = section.text("rootdirectory");
  s3.access_key = section.text("accesskey");
  s3.secret_key = section.text("secretkey");
  s3.session_token = section.text("sessiontoken");
  s3.user_agent = section.text("useragent");
  s3.storage_class = section.text("storageclass");
  if (s3.storage_class == "NONE") s3.storage_class.clear();
  s3.acl = section.text("objectacl");
  s3.kms_key = section.text("keyid");
  s3.encrypt = section.flag("encrypt").value_or(false);
  s3.secure = section.flag("secure").value_or(true);
  s3.skip_verify = section.flag("skipverify").value_or(false);
  s3.dual_stack = section.flag("usedualstack").value_or(false);
  s3.fips = section.flag("usefipsendpoint").value_or(false);
  s3.force_path_style = section.flag("forcepathstyle");
  // Only how the registry itself reads and writes; a wrong one stops it, too.
  section.flag("v4auth");
  section.flag("accelerate");
  return s3;
}

}  // namespace

std::optional<S3RegistryConfig> parse_s3_registry_config(
    std::string_view yaml, std::span<const std::string> environment,
    const std::string& origin) {
  const ConfigNode tree = read_config_tree(yaml, environment, origin);
  const ConfigNode& driver = storage_driver_of(tree, origin);
  if (driver.key == "filesystem") return std::nullopt;
  if (driver.key != "s3" && driver.key != "s3aws") refuse_driver(driver);
  S3RegistryConfig config;
  config.s3 = read_driver(driver);
  read_server_settings(tree, config.registry);
  return config;
}

}  // namespace dregs
