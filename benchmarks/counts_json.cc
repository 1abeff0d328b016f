#include "benchmarks/counts_json.h"

namespace dregs {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Garbage& garbage) {
  return {{"revisions", garbage.revisions},
          {"blobs", garbage.blobs},
          {"bytes", garbage.bytes}};
}

}  // namespace

nlohmann::ordered_json to_json(const Counts& counts) {
  return {{"repositories", counts.repositories},
          {"tags", counts.tags},
          {"tag_history", counts.tag_history},
          {"revisions", counts.revisions},
          {"layer_links", counts.layer_links},
          {"blobs", counts.blobs},
          {"bytes", counts.bytes},
          {"uploads", counts.uploads},
          {"upload_bytes", counts.upload_bytes},
          {"garbage", to_json(counts.gc)},
          {"garbage_delete_untagged", to_json(counts.gc_m)}};
}

}  // namespace dregs
