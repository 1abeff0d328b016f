#include "scanner/requests/signature.h"

#include <gtest/gtest.h>

#include <string>

namespace dregs {
namespace {

// The examples of "Signature Calculations for the Authorization Header" in AWS'
// manual of S3.
const Credentials kManualKeys{
    "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", 0};
constexpr auto kManualTime = "20130524T000000Z";

UnsignedRequest of_manual(const std::string& method, const std::string& path,
                          const Query& query, const std::string& body = {}) {
  return {method,
          path,
          query,
          {{"host", "examplebucket.s3.amazonaws.com"},
           {"x-amz-content-sha256", sha256_hex(body)},
           {"x-amz-date", kManualTime}},
          sha256_hex(body)};
}

std::string signature_of(const UnsignedRequest& request) {
  const std::string value =
      authorization(request, kManualKeys, "us-east-1", kManualTime);
  return value.substr(value.find("Signature=") + 10);
}

TEST(S3Signature, OfAGetIsTheOneInAwsManual) {
  UnsignedRequest request = of_manual("GET", "/test.txt", {});
  request.headers.push_back({"range", "bytes=0-9"});
  EXPECT_EQ(authorization(request, kManualKeys, "us-east-1", kManualTime),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/"
            "us-east-1/s3/aws4_request,SignedHeaders=host;range;"
            "x-amz-content-sha256;x-amz-date,Signature="
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(S3Signature, OfAPutIsTheOneInAwsManual) {
  UnsignedRequest request = of_manual("PUT", escaped_path("/test$file.text"),
                                      {}, "Welcome to Amazon S3.");
  request.headers.push_back({"date", "Fri, 24 May 2013 00:00:00 GMT"});
  request.headers.push_back({"x-amz-storage-class", "REDUCED_REDUNDANCY"});
  EXPECT_EQ(signature_of(request),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(S3Signature, OfAListingIsTheOneInAwsManual) {
  EXPECT_EQ(
      signature_of(of_manual("GET", "/", {{"prefix", "J"}, {"max-keys", "2"}})),
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(S3Signature, OfAParameterWithoutAValueIsTheOneInAwsManual) {
  EXPECT_EQ(signature_of(of_manual("GET", "/", {{"lifecycle", ""}})),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST(S3Signature, OddKeysAreEscapedOnceAndNeverNormalised) {
  EXPECT_EQ(escaped_path("/b/a b+c%20d"), "/b/a%20b%2Bc%2520d");
  EXPECT_EQ(escaped_path("/b//x/../y/./"), "/b//x/../y/./");
  EXPECT_EQ(escaped_path("/b/gr\xc3\xbc\xc3\x9f"), "/b/gr%C3%BC%C3%9F");
  EXPECT_EQ(escaped_path("/b/\xff\n~"), "/b/%FF%0A~");
  EXPECT_EQ(escaped_path("/b/a=b&c?d#e"), "/b/a%3Db%26c%3Fd%23e");
}

TEST(S3Signature, AQueryIsSortedAsItIsEscaped) {
  EXPECT_EQ(escaped_query({{"uploads", ""}}), "uploads=");
  EXPECT_EQ(escaped_query({{"delete", ""}}), "delete=");
  EXPECT_EQ(escaped_query({{"prefix", "a/b c+d"}, {"list-type", "2"}}),
            "list-type=2&prefix=a%2Fb%20c%2Bd");
  // "é" sorts behind "z" as it is, but before it when escaped.
  EXPECT_EQ(escaped_query({{"z", "1"}, {"\xc3\xa9", "2"}}), "%C3%A9=2&z=1");
}

TEST(S3Signature, BlanksAroundAHeaderAndRunsOfThemDoNotCount) {
  UnsignedRequest request = of_manual("GET", "/", {});
  request.headers.push_back({"x-amz-meta-a", "  one   two "});
  EXPECT_NE(canonical_request(request).find("\nx-amz-meta-a:one two\n"),
            std::string::npos);
}

TEST(S3Signature, TimesAreThoseOfUtc) {
  EXPECT_EQ(signing_time(1369353600), kManualTime);
  EXPECT_EQ(signing_time(951782399), "20000228T235959Z");
}

TEST(S3Signature, ContentMd5IsBase64) {
  EXPECT_EQ(md5_base64(""), "1B2M2Y8AsgTpgAmY7PhCfg==");
}

}  // namespace
}  // namespace dregs
