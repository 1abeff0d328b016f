// What `dregs ls` found, and its two forms of output.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/terminal/terminal.h"
#include "gc/explain/image_summary.h"
#include "gc/explain/tag_history.h"
#include "gc/storage/opened_store.h"
#include "scanner/inventory/finding.h"

namespace dregs {

struct ListedRepository {
  std::string name;
  std::uint64_t tags = 0;
  std::uint64_t revisions = 0;
};

struct ListedTag {
  std::string repository;
  std::string tag;  // empty: a manifest without one, by --untagged
  std::optional<Digest> digest;
  ImageSummary image;
  std::optional<std::int64_t> pushed_ns;    // mtime of the link, ns since epoch
  std::optional<std::int64_t> pulled_ns{};  // with --pulls; likewise
};

// With --history.
struct ListedRevision {
  std::string repository;
  std::string tag;
  TagRevision revision;
};

struct LsReport {
  bool with_pulls = false;
  bool with_tags = false;  // of named repositories; else repositories alone
  std::vector<ListedRepository> repositories;
  std::vector<ListedTag> tags;
  // With --names: REPO, or REPO:TAG; and of tags only what no manifest tells.
  std::optional<std::vector<std::string>> names;
  std::optional<std::vector<ListedRevision>> history;
  std::vector<Finding> findings;
  ExitCode exit_code = ExitCode::done;
  double seconds = 0;
};

std::string to_json(const LsReport& report, const OpenedStore& store);

void print_text(const LsReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose);

}  // namespace dregs
