#pragma once

#include <chrono>
#include <functional>

#include "scanner/http/http_pool.h"

namespace dregs {

// ClientSettings say how a bucket is asked.
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

}  // namespace dregs
