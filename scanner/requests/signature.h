// AWS Signature Version 4 as S3 takes it: a key's path is escaped once and
// never normalised. Pure functions over values; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scanner/credentials/credentials.h"
#include "scanner/http/escaped_url.h"

namespace dregs {

// Names and values as they are; they are escaped where they leave.
using Query = std::vector<std::pair<std::string, std::string>>;

struct HeaderField {
  std::string name;  // in lower case
  std::string value;
};

struct UnsignedRequest {
  std::string method;
  std::string path;  // escaped: as it goes over the wire
  Query query;
  std::vector<HeaderField> headers;  // all that are signed, "host" among them
  std::string body_sha256;           // in hex
};

// Sorted, as the signature wants it: "a=1&b=". Without '?'.
std::string escaped_query(const Query& query);

std::string signing_time(std::int64_t seconds);  // "20130524T000000Z"

// What is hashed and signed; apart for tests and for people who compare it with
// a server's answer to a wrong signature.
std::string canonical_request(const UnsignedRequest& request);

// The value of the header "Authorization". `time` is of signing_time(), and the
// header "x-amz-date" says the same.
std::string authorization(const UnsignedRequest& request,
                          const Credentials& credentials,
                          std::string_view region, std::string_view time);

std::string sha256_hex(std::string_view bytes);
// Of at most 32 bytes.
std::string hash_base64(std::span<const std::uint8_t> hash);
std::string md5_base64(std::string_view bytes);  // of Content-MD5

}  // namespace dregs
