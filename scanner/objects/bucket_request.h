// BucketRequest is what the command line says about a bucket, beside the root.
// A plain value.
#pragma once

#include <functional>
#include <string>

#include "scanner/objects/request_prices.h"

namespace dregs {

struct BucketRequest {
  std::string endpoint;  // "https://HOST"; empty: what the rest says
  std::string region;
  bool path_style = false;
  unsigned connections = 32;       // requests at a time
  double requests_per_second = 0;  // 0: no limit
  bool registry_stopped = false;   // the user's word
  std::string registry_url;        // of the registry that is asked instead
  RequestPrices prices{};          // --price
  std::string cache_file;          // --cache; empty: none
  // The checksums that the storage keeps are as good as reading: verify
  // --checksums.
  bool checksums = false;
  // Tells the user, in one line, what does not end the run.
  std::function<void(const std::string&)> say{};
  // True from when on nothing more is to be asked: a signal or the
  // deadline came.
  std::function<bool()> stopped{};
};

}  // namespace dregs
