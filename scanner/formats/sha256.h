// SHA-256 through OpenSSL's EVP. One object belongs to one thread at a time.
// Throws std::runtime_error where OpenSSL cannot provide the algorithm.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "scanner/formats/digest.h"

struct evp_md_ctx_st;

namespace dregs {

class Sha256 {
 public:
  Sha256();
  void update(std::span<const char> bytes);
  // The digest of all updates since construction or the last finish();
  // afterwards the object is ready for the next message.
  Digest finish();

 private:
  struct FreeContext {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, FreeContext> context_;
};

Digest sha256(std::string_view bytes);

}  // namespace dregs
