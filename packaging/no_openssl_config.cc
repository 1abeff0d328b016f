#include <openssl/crypto.h>

// The machine's openssl.cnf may name modules, and what is linked statically
// cannot load them: it does not come back from trying.
[[gnu::constructor]] static void ignore_openssl_config() {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
}
