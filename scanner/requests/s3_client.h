// One bucket's requests: signed, counted, at most so many at once, asked again
// where that can help. What they mean is scanner/s3's matter.
#pragma once

#include <atomic>
#include <string>

#include "scanner/http/pace.h"
#include "scanner/requests/bucket_access.h"
#include "scanner/requests/client_settings.h"

namespace dregs {

// Any thread may call.
class S3Client {
 public:
  // `counts` is borrowed.
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
      if (error.code() != "XML") throw;
      throw untrusted_answer(address(), request.key, error);
    }
  }

  BucketAddress address() const { return access_.address(); }
  const ServerClock& clock() const { return access_.clock(); }
  unsigned connections() const { return pace_.allowed(); }
  unsigned tries() const { return settings_.tries; }
  // Waits before try number `tries` + 1. Throws StorageError("Stopped").
  void pause(unsigned tries, const std::string& key) const;

 private:
  Attempt try_once(const S3Request& request);

  const ClientSettings settings_;
  RequestCounts& counts_;
  BucketAccess access_;
  HttpPool http_;
  Pace pace_;
  std::atomic<bool> answered_{false};
};

}  // namespace dregs
