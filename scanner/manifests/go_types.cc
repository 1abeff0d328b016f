#include "scanner/manifests/go_types.h"

#include <algorithm>

#include "scanner/manifests/folded_key.h"

namespace dregs {

namespace dom = simdjson::dom;

bool is_text_or_null(const dom::element& value) {
  return value.is_null() || value.is_string();
}

bool is_integer_or_null(const dom::element& value) {
  return value.is_null() || value.is_int64();
}

bool are_texts_or_null(const dom::element& value) {
  if (value.is_null()) return true;
  dom::array items;
  return value.get(items) == simdjson::SUCCESS &&
         std::all_of(items.begin(), items.end(), is_text_or_null);
}

bool are_text_pairs_or_null(const dom::element& value) {
  if (value.is_null()) return true;
  dom::object pairs;
  if (value.get(pairs) != simdjson::SUCCESS) return false;
  for (const dom::key_value_pair pair : pairs)
    if (!is_text_or_null(pair.value)) return false;
  return true;
}

bool is_platform_or_null(const dom::element& value, bool of_docker) {
  if (value.is_null()) return true;
  dom::object platform;
  if (value.get(platform) != simdjson::SUCCESS) return false;
  for (const dom::key_value_pair field : platform) {
    const FoldedKey key(field.key);
    if (key.is("architecture") || key.is("os") || key.is("os.version") ||
        key.is("variant")) {
      if (!is_text_or_null(field.value)) return false;
    } else if (key.is("os.features") || (of_docker && key.is("features"))) {
      if (!are_texts_or_null(field.value)) return false;
    }
  }
  return true;
}

bool is_history_or_null(const dom::element& value) {
  if (value.is_null()) return true;
  dom::array entries;
  if (value.get(entries) != simdjson::SUCCESS) return false;
  for (const dom::element entry : entries) {
    if (entry.is_null()) continue;
    dom::object object;
    if (entry.get(object) != simdjson::SUCCESS) return false;
    for (const dom::key_value_pair field : object)
      if (FoldedKey(field.key).is("v1compatibility") &&
          !is_text_or_null(field.value))
        return false;
  }
  return true;
}

}  // namespace dregs
