// Whatever a server of S3 answers: a value that holds what its reader promises,
// or a refusal.
#include <string>

#include "scanner/credentials/remote_credentials.h"
#include "scanner/requests/answers.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/require.h"

namespace dregs {
namespace {

template <typename Read>
void read_or_refuse(const Read& read) {
  try {
    read();
  } catch (const StorageError& error) {
    require(!error.code().empty(), "an error has a code");
    require(*error.what() != '\0', "an error says why");
  }
}

void check_listing(const ListPage& page, const ListRequest& request) {
  const std::string* last = &request.start_after;
  for (const StoredObject& object : page.objects) {
    require(*last < object.key, "keys are sorted");
    require(object.key.starts_with(request.prefix), "keys have the prefix");
    last = &object.key;
  }
  require(page.next_token.empty() || page.next_token != request.token,
          "no page leads to itself");
}

}  // namespace

void fuzz_answer(std::string_view bytes) {
  for (const ListRequest& request :
       {ListRequest{}, ListRequest{"a", "a", "t2", true}})
    read_or_refuse(
        [&] { check_listing(read_list_page(bytes, request), request); });
  read_or_refuse([&] { read_version_page(bytes, "", std::nullopt); });
  read_or_refuse([&] {
    read_version_page(bytes, "a", VersionPosition{"a", ""});
  });
  read_or_refuse([&] { read_upload_page(bytes, std::nullopt); });
  read_or_refuse([&] { read_parts_page(bytes, 1); });
  read_or_refuse([&] { read_versioning(bytes); });
  read_or_refuse([&] { read_delete_answer(bytes); });
  read_or_refuse([&] { read_upload_id(bytes); });
  read_or_refuse([&] { read_etag(bytes, "CopyObjectResult"); });
  read_or_refuse([&] { parse_sts_credentials(std::string(bytes)); });
  read_or_refuse([&] { parse_json_credentials(std::string(bytes)); });
  read_error(bytes);
}

}  // namespace dregs

#ifndef DREGS_REPLAY
void fuzz_one(std::string_view bytes);
void fuzz_one(std::string_view bytes) { dregs::fuzz_answer(bytes); }
#endif
