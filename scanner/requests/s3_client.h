// One bucket's requests: signed, counted, at most so many at once, asked again
// where that can help. What they mean is s3_store's matter.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "scanner/credentials/credential_chain.h"
#include "scanner/http/http_pool.h"
#include "scanner/http/pace.h"
#include "scanner/http/server_clock.h"
#include "scanner/http/xml_answer.h"
#include "scanner/s3/answers.h"
#include "scanner/s3/bucket_address.h"
#include "scanner/s3/request_counts.h"
#include "scanner/s3/signature.h"

namespace dregs {

struct ClientSettings {
  HttpSettings http;
  unsigned connections = 32;                   // --connections
  double requests_per_second = 0;              // 0: no limit
  unsigned tries = 8;                          // of one request
  std::chrono::milliseconds first_pause{200};  // doubled by each try
  std::chrono::milliseconds longest_pause{20'000};
  // True from when on nothing more is to be asked: a signal came.
  std::function<bool()> stopped;
};

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

// Any thread may call.
class S3Client {
 public:
  S3Client(BucketAddress address, CredentialSettings credentials,
           ClientSettings settings, RequestCounts& counts);

  // Throws StorageError: "Connection" where no answer came, "Stopped", the
  // server's own code otherwise.
  S3Answer ask(const S3Request& request);

  // The same for an answer in XML, which `read` turns into a value. What it
  // refuses is asked for once more: a cut answer passes, a wrong server stays.
  template <typename Read>
  auto ask_xml(const S3Request& request, const Read& read) {
    try {
      return read(ask(request));
    } catch (const StorageError& error) {
      if (error.code() != "XML") throw;
    }
    ++counts_.retries;
    try {
      return read(ask(request));
    } catch (const StorageError& error) {
      if (error.code() == "XML") refuse(request, error);
      throw;
    }
  }

  BucketAddress address() const;
  const ServerClock& clock() const { return clock_; }
  unsigned connections() const { return pace_.allowed(); }
  unsigned tries() const { return settings_.tries; }
  // Waits before try number `tries` + 1. Throws StorageError("Stopped").
  void pause(unsigned tries, const std::string& key) const;

 private:
  // What came of one try.
  struct Try {
    BucketAddress address;
    Credentials credentials;
    HttpAnswer http;
    ErrorAnswer error;   // its code is empty where all went well
    std::string broken;  // no answer came
    bool hopeless = false;
    bool no_host = false;
  };
  // What was put right on the way; each once in a request.
  struct Remedies {
    bool region = false;
    bool clock = false;
    bool credentials = false;
  };

  Try try_once(const S3Request& request);
  HttpRequest signed_request(const S3Request& request,
                             const Try& attempt) const;
  void perform(const S3Request& request, Try& attempt);
  bool put_right(const Try& attempt, Remedies& done);
  bool follow_region(const Try& attempt);
  bool helps_to_ask_again(const Try& attempt, unsigned tries) const;
  [[noreturn]] void fail(const S3Request& request, const Try& attempt,
                         unsigned tries) const;
  [[noreturn]] void refuse(const S3Request& request,
                           const StorageError& error) const;

  mutable std::mutex mutex_;  // of address_
  BucketAddress address_;
  const ClientSettings settings_;
  RequestCounts& counts_;
  CredentialChain credentials_;
  HttpPool http_;
  Pace pace_;
  ServerClock clock_;
  std::atomic<bool> answered_{false};
};

}  // namespace dregs
