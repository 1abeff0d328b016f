// What a bucket is asked, and what it answers, before anybody reads it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "scanner/http/http_pool.h"
#include "scanner/http/xml_answer.h"
#include "scanner/requests/request_counts.h"
#include "scanner/requests/signature.h"

namespace dregs {

struct S3Request {
  RequestKind kind = RequestKind::get;
  const char* permission = "";  // that it needs: "s3:GetObject"
  std::string method = "GET";
  std::string key;  // empty: of the bucket
  Query query;
  std::vector<HeaderField> headers;
  std::string body;
  std::size_t at_most = kXmlBytesMax;
  bool may_be_missing = false;  // then an answer says so, instead of an error
  bool slow = false;            // the server works long before it answers
  BodySink sink;
  // More headers for each try; for a body that goes on where it broke.
  std::function<std::vector<HeaderField>()> resume;
};

struct S3Answer {
  HttpAnswer http;
  bool missing = false;
};

}  // namespace dregs
