// What the reference collector reads: links and manifests, in the plainest
// way. Digests are "alg:hex" texts.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dregs::reference {

// Nothing there or nothing in it that is a digest: nullopt.
using Link = std::optional<std::string>;

struct Tag {
  Link current;
  std::set<std::string> history;
};

struct Repository {
  std::string name;
  std::map<std::string, Link> revisions;  // the digest in the path → content
  std::map<std::string, Link> layers;
  std::map<std::string, Tag> tags;
  std::map<std::string, std::set<std::string>> signatures;  // by revision
  bool pinned = false;
};

std::vector<Repository> read_repositories(const std::filesystem::path& v2);
std::set<std::string> read_blobs(const std::filesystem::path& v2);

struct Manifest {
  bool missing = false;
  bool sound = false;           // its bytes hash to its name
  bool looks_like_one = false;  // begins as JSON
  // False: corrupt, no JSON, of no known type, or naming what is no digest.
  bool understood = false;
  bool served = false;  // understood, and of a type that servers serve
  bool needs_all_it_says = false;  // every digest in its bytes
  std::set<std::string> needs;
  std::set<std::string> children;   // of these, the ones an index lists …
  std::set<std::string> manifests;  // … and calls manifests
  Link subject;
};

Manifest read_manifest(const std::filesystem::path& v2,
                       const std::string& digest);

}  // namespace dregs::reference
