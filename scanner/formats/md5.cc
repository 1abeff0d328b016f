#include "scanner/formats/md5.h"

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

namespace dregs {
namespace {

struct FreeMd5Context {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// -1 for what is no hex digit.
int value_of_hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<Md5> Md5::from_hex(std::string_view hex) {
  Md5 md5;
  if (hex.size() != 2 * md5.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < md5.bytes.size(); ++i) {
    const int high = value_of_hex(hex[2 * i]);
    const int low = value_of_hex(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    md5.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return md5;
}

Md5 md5(std::string_view bytes) {
  // Fetched once, as in sha256.cc.
  static EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "MD5", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeMd5Context> kContext(
      EVP_MD_CTX_new());
  Md5 result;
  if (kAlgorithm == nullptr || kContext == nullptr ||
      EVP_DigestInit_ex2(kContext.get(), kAlgorithm, nullptr) != 1 ||
      EVP_DigestUpdate(kContext.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(kContext.get(), result.bytes.data(), nullptr) != 1)
    throw std::runtime_error("OpenSSL cannot compute MD5");
  return result;
}

}  // namespace dregs
