#include "scanner/requests/signature.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <stdexcept>

#include "scanner/formats/md5.h"
#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hex_of(std::string_view bytes) {
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kHexDigits[byte >> 4U];
    hex += kHexDigits[byte & 15U];
  }
  return hex;
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), octets(text),
           text.size(), out.data(), &size) == nullptr)
    throw std::runtime_error("OpenSSL cannot compute HMAC-SHA256");
  return {out.begin(), out.begin() + size};
}

// Blanks around a value and runs of them count once.
std::string canonical_value(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const bool blank = c == ' ' || c == '\t';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : c;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::vector<HeaderField> sorted_by_name(std::vector<HeaderField> headers) {
  std::sort(headers.begin(), headers.end(),
            [](const HeaderField& a, const HeaderField& b) {
              return a.name < b.name;
            });
  return headers;
}

std::string signed_names(const std::vector<HeaderField>& sorted) {
  std::string names;
  for (const HeaderField& header : sorted)
    names += (names.empty() ? "" : ";") + header.name;
  return names;
}

std::string signing_key(const Credentials& credentials, std::string_view day,
                        std::string_view region) {
  const std::string of_day = hmac_sha256("AWS4" + credentials.secret, day);
  const std::string of_region = hmac_sha256(of_day, region);
  return hmac_sha256(hmac_sha256(of_region, "s3"), "aws4_request");
}

}  // namespace

std::string escaped_query(const Query& query) {
  std::vector<std::pair<std::string, std::string>> parts;
  parts.reserve(query.size());
  for (const auto& [name, value] : query)
    parts.emplace_back(escaped_word(name), escaped_word(value));
  std::sort(parts.begin(), parts.end());
  std::string out;
  for (const auto& [name, value] : parts)
    out += fmt::format("{}{}={}", out.empty() ? "" : "&", name, value);
  return out;
}

std::string signing_time(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                     parts.tm_min, parts.tm_sec);
}

std::string canonical_request(const UnsignedRequest& request) {
  const std::vector<HeaderField> headers = sorted_by_name(request.headers);
  std::string out = fmt::format("{}\n{}\n{}\n", request.method, request.path,
                                escaped_query(request.query));
  for (const HeaderField& header : headers)
    out += fmt::format("{}:{}\n", header.name, canonical_value(header.value));
  return fmt::format("{}\n{}\n{}", out, signed_names(headers),
                     request.body_sha256);
}

std::string authorization(const UnsignedRequest& request,
                          const Credentials& credentials,
                          std::string_view region, std::string_view time) {
  const std::string_view day = time.substr(0, 8);
  const std::string scope = fmt::format("{}/{}/s3/aws4_request", day, region);
  const std::string to_sign =
      fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope,
                  sha256_hex(canonical_request(request)));
  const std::string key = signing_key(credentials, day, region);
  return fmt::format(
      "AWS4-HMAC-SHA256 Credential={}/{},SignedHeaders={},Signature={}",
      credentials.key_id, scope, signed_names(sorted_by_name(request.headers)),
      hex_of(hmac_sha256(key, to_sign)));
}

std::string sha256_hex(std::string_view bytes) { return sha256(bytes).hex(); }

std::string hash_base64(std::span<const std::uint8_t> hash) {
  std::array<unsigned char, 64> text{};
  const int length =
      EVP_EncodeBlock(text.data(), hash.data(), static_cast<int>(hash.size()));
  return {text.begin(), text.begin() + length};
}

std::string md5_base64(std::string_view bytes) {
  return hash_base64(md5(bytes).bytes);
}

}  // namespace dregs
