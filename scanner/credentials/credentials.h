// What a request to S3 is signed with: values, never to be printed.
#pragma once

#include <cstdint>
#include <string>

namespace dregs {

struct Credentials {
  std::string key_id;
  std::string secret;
  std::string session_token;    // empty where there is none
  std::int64_t expires_ns = 0;  // 0: never

  bool operator==(const Credentials&) const = default;
};

}  // namespace dregs
