// The inner parts of a collection, each for itself, over one made store.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "benchmarks/made_survey.h"
#include "gc/decide/plan.h"
#include "gc/mark/diagnose.h"
#include "gc/mark/mark.h"
#include "scanner/disk/manifest_reader.h"
#include "scanner/disk/scan.h"
#include "scanner/files/link.h"
#include "scanner/formats/layout.h"
#include "scanner/formats/sha256.h"
#include "scanner/manifests/manifest.h"
#include "scanner/store/read_manifests.h"

namespace dregs {
namespace {

using benchmark::DoNotOptimize;
using benchmark::State;

const Inventory& inventory() { return MadeSurvey::the().survey().inventory; }
const ManifestGraph& graph() { return MadeSurvey::the().survey().graph; }

Policy policy(bool delete_untagged) {
  Policy policy;
  policy.delete_untagged = delete_untagged;
  return policy;
}

// A rate is worth more than a time where stores differ in size.
void count_items(State& state, std::size_t per_iteration) {
  state.SetItemsProcessed(state.iterations() *
                          static_cast<std::int64_t>(per_iteration));
}

void digest_parse(State& state) {
  const std::string text = inventory().blobs[0].digest.to_string();
  for (auto _ : state) DoNotOptimize(Digest::parse(text));
  count_items(state, 1);
}
BENCHMARK(digest_parse);

void digest_print(State& state) {
  const Digest digest = inventory().blobs[0].digest;
  for (auto _ : state) DoNotOptimize(digest.hex());
  count_items(state, 1);
}
BENCHMARK(digest_print);

void link_parse(State& state) {
  const std::string text = inventory().blobs[0].digest.to_string();
  for (auto _ : state) DoNotOptimize(parse_link(text));
  count_items(state, 1);
}
BENCHMARK(link_parse);

void link_read(State& state) {
  const Repository& repository = inventory().repositories[0];
  std::vector<std::string> paths;
  for (const Digest& digest : repository.revisions)
    paths.push_back(layout::revision(repository.name, digest) + "/link");
  for (auto _ : state)
    for (const std::string& path : paths)
      DoNotOptimize(read_link(MadeSurvey::the().v2(), path.c_str()));
  count_items(state, paths.size());
}
BENCHMARK(link_read);

template <class Work>
void for_manifests(State& state, Work work) {
  const std::vector<std::string>& manifests = MadeSurvey::the().manifests();
  std::size_t bytes = 0;
  for (const std::string& manifest : manifests) bytes += manifest.size();
  for (auto _ : state)
    for (const std::string& manifest : manifests) DoNotOptimize(work(manifest));
  count_items(state, manifests.size());
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(bytes));
}

void manifest_hash(State& state) {
  for_manifests(state, [](const std::string& bytes) { return sha256(bytes); });
}
BENCHMARK(manifest_hash);

void manifest_parse(State& state) {
  for_manifests(state,
                [](const std::string& bytes) { return parse_manifest(bytes); });
}
BENCHMARK(manifest_parse);

void blob_find(State& state) {
  const BlobTable& blobs = inventory().blobs;
  for (auto _ : state)
    for (const Blob& blob : blobs) DoNotOptimize(blobs.find(blob.digest));
  count_items(state, blobs.size());
}
BENCHMARK(blob_find);

void scan_store(State& state) {
  const StopRequest stop;
  for (auto _ : state) {
    ScanProgress progress;
    DoNotOptimize(scan(MadeSurvey::the().v2(), stop, progress));
  }
  count_items(state, inventory().blobs.size());
}
BENCHMARK(scan_store)->UseRealTime();

void read_all_manifests(State& state) {
  const StopRequest stop;
  for (auto _ : state) {
    ManifestProgress progress;
    DoNotOptimize(read_manifests(DiskManifests(MadeSurvey::the().v2()),
                                 inventory(), stop, progress));
  }
  count_items(state, graph().manifest_count());
}
BENCHMARK(read_all_manifests)->UseRealTime();

void diagnose_store(State& state) {
  for (auto _ : state) DoNotOptimize(diagnose(inventory(), graph(), false));
  count_items(state, inventory().blobs.size());
}
BENCHMARK(diagnose_store)->UseRealTime();

void mark_store(State& state) {
  const Pins pins(inventory().repositories.size());
  for (auto _ : state)
    DoNotOptimize(
        mark(inventory(), graph(), pins, policy(state.range(0) != 0)));
  count_items(state, inventory().blobs.size());
}
BENCHMARK(mark_store)
    ->ArgName("delete_untagged")
    ->Arg(0)
    ->Arg(1)
    ->UseRealTime();

void plan_store(State& state) {
  const Pins pins(inventory().repositories.size());
  const Policy chosen = policy(state.range(0) != 0);
  const MarkSet marks = mark(inventory(), graph(), pins, chosen);
  for (auto _ : state) DoNotOptimize(make_plan(inventory(), marks, chosen));
  count_items(state, inventory().blobs.size());
}
BENCHMARK(plan_store)->ArgName("delete_untagged")->Arg(0)->Arg(1);

}  // namespace
}  // namespace dregs

BENCHMARK_MAIN();
