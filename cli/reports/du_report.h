// What `dregs du` measured, and its two forms of output.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/output/json_document.h"
#include "cli/terminal/terminal.h"
#include "gc/needs/usage.h"

namespace dregs {

struct RepositoryUsage {
  std::string name;
  Usage usage;
};

struct TagUsage {
  std::string repository;
  std::string tag;
  std::optional<Digest> digest;
  Usage usage;
  // mtime of the tag's link, ns since epoch; asked for --html only.
  std::optional<std::int64_t> pushed_ns{};
};

struct DuReport {
  bool by_tag = false;
  std::string page;                           // where --html wrote it
  std::vector<RepositoryUsage> repositories;  // in the order of output
  std::vector<TagUsage> tags;
  std::size_t left_out = 0;  // by --top
  std::uint64_t all_repositories = 0;
  Amount all;  // blobs
  Amount live;
  Amount gc_frees;
  Amount gc_m_frees;
  struct Together {
    std::size_t repositories = 0;
    Usage usage;
  };
  std::optional<Together> what_if;
  std::vector<Finding> findings;
  ExitCode exit_code = ExitCode::done;
  double seconds = 0;
};

std::string to_json(const DuReport& report, const OpenedStore& store);

// The part of it about the whole store.
Json totals_json(const DuReport& report);

void print_text(const DuReport& report, const OpenedStore& store,
                const Palette& palette, bool verbose);

}  // namespace dregs
