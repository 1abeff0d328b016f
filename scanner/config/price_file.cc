#include "scanner/config/price_file.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "scanner/config/config_tree.h"

namespace dregs {
namespace {

double price_of(const ConfigNode& node) {
  double price = 0;
  const char* const end = node.text.data() + node.text.size();
  const auto read = std::from_chars(node.text.data(), end, price);
  if (!node.is_scalar() || read.ec != std::errc() || read.ptr != end ||
      !std::isfinite(price) || price < 0)
    throw ConfigError(
        fmt::format("{}: {}: write the USD for 1,000 requests, such as 0.005",
                    node.set_by, node.key));
  return price / 1000;
}

double& price_named(RequestPrices& prices, const ConfigNode& node) {
  if (node.key == "list") return prices.list;
  if (node.key == "get") return prices.get;
  if (node.key == "head") return prices.head;
  if (node.key == "put") return prices.put;
  if (node.key == "delete") return prices.remove;
  throw ConfigError(fmt::format(
      "{}: '{}' is no kind of request; write list, get, head, put or delete",
      node.set_by, node.key));
}

}  // namespace

RequestPrices parse_prices(std::string_view yaml, const std::string& file) {
  const ConfigNode root = parse_yaml(yaml, file, true);
  if (!root.is_map())
    throw ConfigError(
        file +
        ": is no list of prices; write lines such as 'list: 0.005', USD "
        "for 1,000 requests");
  RequestPrices prices;
  prices.source = file;
  for (const ConfigNode& node : root.children)
    price_named(prices, node) = price_of(node);
  return prices;
}

}  // namespace dregs
