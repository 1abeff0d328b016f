#include "scanner/formats/other_hash.h"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "scanner/formats/digest.h"

namespace dregs {
namespace {

std::string lower_hex(const unsigned char* bytes, std::size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (std::size_t i = 0; i < size; ++i) {
    hex += kDigits[bytes[i] >> 4];
    hex += kDigits[bytes[i] & 15];
  }
  return hex;
}

}  // namespace

bool hashes_to(std::string_view bytes, std::string_view digest) {
  const auto text = DigestText::parse(digest);
  const EVP_MD* algorithm = !text                         ? nullptr
                            : text->algorithm == "sha384" ? EVP_sha384()
                            : text->algorithm == "sha512" ? EVP_sha512()
                                                          : nullptr;
  if (algorithm == nullptr) return false;
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, algorithm,
                 nullptr) != 1)
    throw std::runtime_error("OpenSSL cannot compute " +
                             std::string(text->algorithm));
  return lower_hex(hash.data(), size) == text->hex;
}

}  // namespace dregs
