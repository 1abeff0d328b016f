// The file of --price: what a provider takes for 1,000 requests of a kind.
//
//   list: 0.005     # USD for 1,000; what is left out costs what it costs at
//   AWS delete: 0
#pragma once

#include <string>
#include <string_view>

#include "scanner/objects/request_prices.h"

namespace dregs {

// Pure. Throws ConfigError, which names the file and the line.
RequestPrices parse_prices(std::string_view yaml, const std::string& file);

}  // namespace dregs
