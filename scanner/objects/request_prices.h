// RequestPrices is what a single request to a bucket costs. A plain value.
#pragma once

#include <string>

namespace dregs {

// USD for one request of each kind; without more, AWS' list prices of S3
// Standard in us-east-1, where a removal is free.
struct RequestPrices {
  double list = 0.005 / 1000;
  double get = 0.0004 / 1000;
  double head = 0.0004 / 1000;
  double put = 0.005 / 1000;
  double remove = 0;
  std::string source = "the list prices of AWS";  // or the file of --price
};

}  // namespace dregs
