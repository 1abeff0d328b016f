#include "scanner/formats/sha256.h"

#include <openssl/evp.h>

#include <stdexcept>

namespace dregs {
namespace {

void require(int ok) {
  if (ok != 1) throw std::runtime_error("OpenSSL cannot compute SHA-256");
}

// EVP_sha256() looks the implementation up at every init; fetched once, an
// init costs a tenth of that, which counts for small manifests.
const EVP_MD* fetched_sha256() {
  static EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return kAlgorithm;
}

}  // namespace

void Sha256::FreeContext::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  require(context_ != nullptr && fetched_sha256() != nullptr ? 1 : 0);
  require(EVP_DigestInit_ex2(context_.get(), fetched_sha256(), nullptr));
}

void Sha256::update(std::span<const char> bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

Digest Sha256::finish() {
  Digest digest;
  require(EVP_DigestFinal_ex(context_.get(), digest.bytes.data(), nullptr));
  require(EVP_DigestInit_ex2(context_.get(), nullptr, nullptr));
  return digest;
}

Digest sha256(std::string_view bytes) {
  thread_local Sha256 hasher;
  hasher.update(bytes);
  return hasher.finish();
}

}  // namespace dregs
