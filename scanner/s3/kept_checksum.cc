#include "scanner/s3/kept_checksum.h"

namespace dregs {

bool keeps_whole_sha256(S3Client& client, const std::string& key,
                        const Digest& digest) {
  S3Request request;
  request.kind = RequestKind::head;
  request.permission = "s3:GetObject";
  request.method = "HEAD";
  request.key = key;
  request.headers = {{"x-amz-checksum-mode", "ENABLED"}};
  request.may_be_missing = true;
  const S3Answer answer = client.ask(request);
  if (answer.missing) return false;
  // A server that says no type has only the one that ends in "-PARTS" beside.
  const std::string type = answer.http.header("x-amz-checksum-type");
  return (type.empty() || type == "FULL_OBJECT") &&
         answer.http.header("x-amz-checksum-sha256") ==
             hash_base64(digest.bytes);
}

}  // namespace dregs
