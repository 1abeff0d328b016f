#include "scanner/requests/answers.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace dregs {
namespace {

std::string contents(const std::string& key, const std::string& size = "7",
                     const std::string& time = "2026-11-27T11:05:00.000Z") {
  return fmt::format(
      "<Contents><Key>{}</Key><LastModified>{}</LastModified><ETag>&quot;"
      "900150983cd24fb0d6963f7d28e17f72&quot;</ETag><Size>{}</Size>"
      "<StorageClass>STANDARD</StorageClass></Contents>",
      key, time, size);
}

std::string listing(
    const std::string& inside,
    const std::string& end = "<IsTruncated>false</IsTruncated>") {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
         "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>"
         "<EncodingType>url</EncodingType>" +
         inside + end + "</ListBucketResult>";
}

ListPage read(const std::string& xml, const ListRequest& request = {}) {
  return read_list_page(xml, request);
}

std::string refusal_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const StorageError& error) {
    return error.code() + ": " + error.what();
  }
  return "taken";
}

std::string refusal(const std::string& xml, const ListRequest& request = {}) {
  return refusal_of([&] { read_list_page(xml, request); });
}

TEST(S3Listing, GivesKeysWithSizeTimeETagAndClass) {
  const ListPage page = read(listing(contents("a/b") + contents("a/c")));
  ASSERT_EQ(page.objects.size(), 2);
  EXPECT_EQ(page.objects[0].key, "a/b");
  EXPECT_EQ(page.objects[0].etag, "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(page.objects[0].size, 7);
  EXPECT_EQ(page.objects[0].modified_ns, 1795777500000000000);
  EXPECT_EQ(page.objects[0].storage_class, "STANDARD");
  EXPECT_TRUE(page.next_token.empty());
}

TEST(S3Listing, DecodesNamesWhereItSaysThatTheyAreEncoded) {
  const std::string odd = contents("a%01b+c%2Bd%25%C3%BC");
  EXPECT_EQ(read(listing(odd)).objects[0].key,
            "a\x01"
            "b c+d%\xc3\xbc");
  std::string plain = listing(contents("a+b%20c&amp;d"));
  plain.erase(plain.find("<EncodingType>"), 31);
  EXPECT_EQ(read(plain).objects[0].key, "a+b%20c&d");
}

TEST(S3Listing, HasATokenUntilItIsWhole) {
  const std::string end =
      "<IsTruncated>true</IsTruncated><NextContinuationToken>t2"
      "</NextContinuationToken>";
  EXPECT_EQ(read(listing(contents("a"), end)).next_token, "t2");
  EXPECT_EQ(refusal(listing(contents("a"), end), {"", "", "t2", false}),
            "XML: its token for the next page is that of this page");
  EXPECT_EQ(refusal(listing("", "<IsTruncated>true</IsTruncated>")),
            "XML: a ListBucketResult has no NextContinuationToken");
  EXPECT_EQ(refusal(listing("", "")),
            "XML: a ListBucketResult has no IsTruncated");
  EXPECT_EQ(refusal(listing("", "<IsTruncated>1</IsTruncated>")),
            "XML: IsTruncated \"1\" is neither true nor false");
}

TEST(S3Listing, IsRefusedWhereKeysAreNotSortedOrNotAskedFor) {
  EXPECT_EQ(refusal(listing(contents("b") + contents("a"))),
            "XML: \"a\" does not sort behind \"b\"");
  EXPECT_EQ(refusal(listing(contents("a") + contents("a"))),
            "XML: \"a\" does not sort behind \"a\"");
  EXPECT_EQ(refusal(listing(contents("a")), {"", "c", "", false}),
            "XML: \"a\" does not sort behind \"c\"");
  EXPECT_EQ(refusal(listing(contents("a")), {"x/", "", "", false}),
            "XML: \"a\" does not begin with \"x/\", which was asked for");
}

TEST(S3Listing, HasFoldersWhereTheyWereAskedFor) {
  const std::string folders =
      "<CommonPrefixes><Prefix>r/a/</Prefix></CommonPrefixes>"
      "<CommonPrefixes><Prefix>r/b/</Prefix></CommonPrefixes>";
  const ListRequest request{"r/", "", "", true};
  EXPECT_EQ(read(listing(folders), request).folders,
            (std::vector<std::string>{"r/a/", "r/b/"}));
  EXPECT_EQ(refusal(listing(folders)),
            "XML: it has folders, which nobody asked for");
  EXPECT_EQ(
      refusal(listing("<CommonPrefixes><Prefix>r/</Prefix></CommonPrefixes>"),
              request),
      "XML: the folder \"r/\" is none");
}

TEST(S3Listing, GuessesNoSizeAndNoTime) {
  for (const char* size : {"", "-1", "7 ", "0x7", "18446744073709551616"})
    EXPECT_EQ(refusal(listing(contents("a", size))),
              fmt::format("XML: Size \"{}\" is not a number", size));
  for (const char* time :
       {"", "2026-02-30T00:00:00Z", "2026-11-27 11:05:00Z",
        "2026-11-27T24:00:00Z", "2026-11-27T11:05:00", "2026-11-27T11:05:00.Z",
        "2026-11-27T11:05:00+01:00", "9999-01-01T00:00:00Z"})
    EXPECT_EQ(refusal(listing(contents("a", "7", time))),
              fmt::format("XML: \"{}\" is not a time", time));
}

TEST(S3Listing, IsRefusedWhereItIsCutAnywhere) {
  const std::string whole = listing(contents("a") + contents("b"));
  for (std::size_t size = 0; size < whole.size(); ++size)
    ASSERT_NE(refusal(whole.substr(0, size)), "taken") << size;
  EXPECT_EQ(refusal(whole), "taken");
}

TEST(S3Listing, IsRefusedWhereItIsHostile) {
  EXPECT_EQ(refusal("<!DOCTYPE x [<!ENTITY a \"b\">]>" + listing("")),
            "XML: it has a DOCTYPE");
  EXPECT_EQ(refusal(listing(contents("a&b;"))),
            "XML: it holds an entity that XML does not know");
  EXPECT_EQ(refusal(listing(contents("a&"))),
            "XML: it holds an entity that XML does not know");
  EXPECT_EQ(refusal(listing(contents("<Key>b</Key>"))),
            "XML: Key holds more than text");
  EXPECT_EQ(refusal(listing(contents("a</Key><Key>b"))),
            "XML: Key stands twice in one Contents");
  EXPECT_EQ(refusal(listing(contents("a%4"))),
            "XML: \"a%4\" is not URL-encoded");
  std::string split = listing(contents("a"));
  split.insert(split.find("&quot;"), "&#13;&#10;x-amz-acl: public-read");
  EXPECT_EQ(refusal(split), "XML: an ETag or a class holds a control byte");
  EXPECT_EQ(refusal("<html/>"),
            "XML: its root element is \"html\", not ListBucketResult");
  EXPECT_EQ(refusal(listing("") + listing("")),
            "XML: it has two root elements");
  EXPECT_EQ(refusal(std::string(17U << 20U, ' ')),
            "XML: it is larger than 16 MiB");
  std::string deep;
  for (int i = 0; i < 500'000; ++i) deep += "<a>";
  EXPECT_NE(refusal(deep), "taken");
}

RC_GTEST_PROP(S3Listing, OfAnyBytesIsReadOrRefused, (std::string bytes)) {
  refusal(bytes);
  refusal(listing(bytes));
}

TEST(S3Versions, ComeInTheServersOrderWithTheirMarkers) {
  const std::string xml =
      "<ListVersionsResult><IsTruncated>true</IsTruncated>"
      "<NextKeyMarker>b</NextKeyMarker><NextVersionIdMarker>v1"
      "</NextVersionIdMarker><DeleteMarker><Key>a</Key><VersionId>m"
      "</VersionId><IsLatest>true</IsLatest><LastModified>"
      "2026-11-27T11:05:00.000Z</LastModified></DeleteMarker><Version><Key>a"
      "</Key><VersionId>null</VersionId><IsLatest>false</IsLatest>"
      "<LastModified>2026-11-27T11:05:00Z</LastModified><ETag>\"e\"</ETag>"
      "<Size>3</Size></Version></ListVersionsResult>";
  const VersionPage page = read_version_page(xml, "", std::nullopt);
  ASSERT_EQ(page.versions.size(), 2);
  EXPECT_TRUE(page.versions[0].is_delete_marker);
  EXPECT_TRUE(page.versions[0].is_latest);
  EXPECT_EQ(page.versions[1].version_id, "null");
  EXPECT_EQ(page.versions[1].object.etag, "e");
  ASSERT_TRUE(page.next);
  EXPECT_EQ(page.next->version_id, "v1");
  EXPECT_EQ(refusal_of([&] {
              read_version_page(xml, "", VersionPosition{"b", "v1"});
            }),
            "XML: \"a\" does not sort behind \"b\"");
}

TEST(S3Versions, AMarkerIsNotReadInTwoWays) {
  const auto next = [](const std::string& key, const std::string& marker) {
    return read_version_page(
               "<ListVersionsResult><EncodingType>url</EncodingType>"
               "<IsTruncated>true</IsTruncated><NextKeyMarker>" +
                   marker + "</NextKeyMarker><DeleteMarker><Key>" + key +
                   "</Key><VersionId>v</VersionId><IsLatest>true</IsLatest>"
                   "<LastModified>2026-11-27T11:05:00Z</LastModified>"
                   "</DeleteMarker></ListVersionsResult>",
               "", std::nullopt)
        .next->key;
  };
  EXPECT_EQ(next("a%2Bb", "a%2Bb"), "a+b");  // as Amazon
  EXPECT_EQ(next("a%2Bb", "a+b"), "a+b");    // as radosgw
  EXPECT_EQ(next("a", "b"), "b");
  EXPECT_EQ(refusal_of([&] { next("a", "b+c"); }),
            "XML: NextKeyMarker \"b+c\" can be read in two ways");
}

TEST(S3Uploads, AreReadWithThePositionOfTheNextPage) {
  const std::string xml =
      "<ListMultipartUploadsResult><NextKeyMarker>k</NextKeyMarker>"
      "<NextUploadIdMarker>u</NextUploadIdMarker><IsTruncated>true"
      "</IsTruncated><Upload><Key>k</Key><UploadId>u</UploadId><Initiated>"
      "2026-11-27T11:05:00.000Z</Initiated></Upload>"
      "</ListMultipartUploadsResult>";
  const UploadPage page = read_upload_page(xml, std::nullopt);
  ASSERT_EQ(page.uploads.size(), 1);
  EXPECT_EQ(page.uploads[0].upload_id, "u");
  EXPECT_EQ(page.next, (UploadPosition{"k", "u"}));
  EXPECT_EQ(refusal_of([&] { read_upload_page(xml, page.next); }),
            "XML: its next page is none that comes after it");
}

TEST(S3Parts, AddUpAndNeverOverflow) {
  const std::string part = "<Part><Size>18446744073709551615</Size></Part>";
  const std::string end =
      "<IsTruncated>true</IsTruncated><NextPartNumberMarker>2"
      "</NextPartNumberMarker></ListPartsResult>";
  const PartsPage page = read_parts_page("<ListPartsResult>" + part + end, 0);
  EXPECT_EQ(page.bytes, 18446744073709551615U);
  EXPECT_EQ(page.next, 2);
  EXPECT_EQ(refusal_of([&] {
              read_parts_page("<ListPartsResult>" + part + part + end, 0);
            }),
            "XML: its parts are larger than any object");
  EXPECT_EQ(refusal_of([&] { read_parts_page("<ListPartsResult>" + end, 2); }),
            "XML: its next page is none that comes after it");
}

TEST(S3Versioning, IsNeverWhereNothingIsSaidAndRefusedWhereItIsUnknown) {
  const auto state = [](const std::string& inside) {
    return read_versioning("<VersioningConfiguration>" + inside +
                           "</VersioningConfiguration>");
  };
  EXPECT_EQ(state(""), Versioning::never);
  EXPECT_EQ(state("<Status>Enabled</Status>"), Versioning::enabled);
  EXPECT_EQ(state("<Status>Suspended</Status>"), Versioning::suspended);
  EXPECT_EQ(refusal_of([&] { state("<Status>Half</Status>"); }),
            "XML: its Status is \"Half\"");
}

TEST(S3Deleted, NamesEachKeyAndEachError) {
  const DeleteAnswer answer = read_delete_answer(
      "<DeleteResult><Deleted><Key>a</Key></Deleted><Deleted><Key> </Key>"
      "<VersionId>v</VersionId></Deleted><Error><Key>b</Key><Code>AccessDenied"
      "</Code><Message>no</Message></Error></DeleteResult>");
  ASSERT_EQ(answer.removed.size(), 2);
  EXPECT_EQ(answer.removed[1].key, " ");
  EXPECT_EQ(answer.removed[1].version_id, "v");
  ASSERT_EQ(answer.failed.size(), 1);
  EXPECT_EQ(answer.failed[0].code, "AccessDenied");
}

TEST(S3Error, IsNoneWhereAProxyAnswers) {
  EXPECT_FALSE(read_error("<html><body>Bad gateway</body></html>"));
  EXPECT_FALSE(read_error(""));
  const auto error = read_error(
      "<Error><Code>PermanentRedirect</Code><Message>m</Message><Endpoint>"
      "b.s3.eu-west-1.amazonaws.com</Endpoint></Error>");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "PermanentRedirect");
  EXPECT_EQ(error->endpoint, "b.s3.eu-west-1.amazonaws.com");
}

}  // namespace
}  // namespace dregs
