// An S3 server in memory, on loopback: what dregs asks of one, signatures
// checked, requests counted, and faults on demand. With a latency it stands in
// for a distant one in benchmarks.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "http_server.h"
#include "s3_bucket.h"
#include "scanner/requests/signature.h"

namespace dregs {

enum class Asked {
  list,
  versions,
  uploads,
  parts,
  versioning,
  get,
  head,
  put,
  copy,
  remove,
  remove_many,
  begin_upload,
  complete_upload,
  abort_upload,
};

struct Fault {
  enum class Kind {
    status,        // with this code; 200 has the error in its body
    cut,           // the connection ends behind `at` bytes of the body
    stall,         // nothing comes behind them
    truncate,      // a whole answer, of which the end is missing
    replace,       // `text` is the body
    repeat_token,  // the next page is this one
    unsorted,      // the last key of a page comes first
    key_error,     // `code` for each key that holds `text`; not removed
    forget_key,    // the answer does not name keys that hold `text`
    date,          // `text` is the Date; "" for none
    etag,          // another object's
    too_skewed,    // where x-amz-date is more than 15 minutes off `text`
    region,        // wrong one: `text` is the right one
    write,         // somebody else writes to the key `text` right behind it
  };

  Asked on = Asked::list;
  Kind kind = Kind::status;
  int times = 1;  // -1: always
  int status = 0;
  std::string code = {};
  std::string text = {};
  std::size_t at = 0;
  int after = 0;  // as many requests of the kind pass before
};

struct S3ServerSettings {
  std::string bucket = "registry";
  std::string region = "us-east-1";
  Credentials credentials{"AKIDTEST", "the-secret-of-the-test", "", 0};
  std::size_t page_size = 1000;
  std::chrono::milliseconds latency{0};  // of each answer
  bool encodes_names = true;             // where encoding-type=url is asked
  bool takes_delete_of_many = true;
};

class S3Server {
 public:
  explicit S3Server(S3ServerSettings settings = {});

  std::string host() const { return server_.host(); }
  const S3ServerSettings& settings() const { return settings_; }

  void put(const std::string& key, const std::string& bytes,
           const std::string& storage_class = "STANDARD");
  std::string begin_upload(const std::string& key,
                           const std::vector<std::string>& parts);
  std::vector<std::string> keys();
  std::string bytes_of(const std::string& key);
  // What tests change or look at by themselves.
  void with_bucket(const std::function<void(S3Bucket&)>& work);

  void inject(Fault fault);
  void deny(Asked asked);  // AccessDenied from now on
  // Calls this with the number of each request from now on, 1 first, before
  // anything of it is done. Where it returns false nothing is.
  using Admit = std::function<bool(std::uint64_t nth)>;
  void admit(Admit admit);
  void expire(const std::string& key_id);
  void accept(const Credentials& credentials);

  std::uint64_t count(Asked asked);
  std::uint64_t requests();
  std::uint64_t most_at_once();
  std::uint64_t connections() const { return server_.connections(); }

 private:
  struct Exchange;

  void write(const std::string& key, const std::string& bytes,
             const std::string& storage_class = "STANDARD");
  ServedAnswer answer(const ServedRequest& request);
  std::string refuse_signature(const ServedRequest& request);
  std::vector<Fault> faults_on(Asked asked);

  S3ServerSettings settings_;
  std::mutex mutex_;
  S3Bucket bucket_;
  std::vector<Fault> faults_;
  Admit admit_;
  std::uint64_t asked_ = 0;  // of admit_
  std::map<std::string, Credentials> known_;
  std::set<std::string> expired_;
  std::map<Asked, std::uint64_t> counts_;
  std::uint64_t running_ = 0;
  std::uint64_t most_running_ = 0;
  HttpServer server_;  // the last: it calls the others
};

}  // namespace dregs
