#include "tests/fixture_script.h"

#include <sstream>
#include <stdexcept>

#include "scanner/formats/sha256.h"

namespace dregs {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

std::vector<std::string> arguments(const std::string& expression) {
  const std::size_t open = expression.find('(');
  return split(expression.substr(open + 1, expression.size() - open - 2), ',');
}

}  // namespace

const std::string& FixtureScript::Line::at(std::size_t position) const {
  if (position >= words.size()) throw std::runtime_error(verb + ": too short");
  return words[position];
}

std::string FixtureScript::Line::tag() const {
  return at(1) == "-" ? "" : at(1);
}

std::vector<std::string> FixtureScript::Line::from(std::size_t position) const {
  at(position - 1);
  return {words.begin() + static_cast<std::ptrdiff_t>(position), words.end()};
}

FixtureScript::Line FixtureScript::parse(const std::string& line,
                                         std::string& name) {
  Line parsed;
  std::vector<std::string> words = split(line, ' ');
  if (words.size() > 2 && words[1] == "=") {
    name = words[0];
    words.erase(words.begin(), words.begin() + 2);
  }
  parsed.verb = words.at(0);
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i].starts_with("--")) {
      parsed.options.insert(words[i]);
    } else {
      parsed.words.push_back(words[i]);
    }
  }
  return parsed;
}

void FixtureScript::run(const std::string& text) {
  if (text.empty() || text.front() == '#') return;
  std::string name;
  const Line line = parse(text, name);
  if (!is_push(line)) return change(line);
  const BuiltImage image = push(line);
  if (!name.empty()) pushed_[name] = image;
}

bool FixtureScript::is_push(const Line& line) const {
  static const std::set<std::string> verbs{
      "image", "index", "referrer", "cosign", "helm", "schema1", "buildkit"};
  return verbs.contains(line.verb);
}

BuiltImage FixtureScript::push(const Line& line) {
  const bool docker = line.options.contains("--docker");
  const bool says_type = !line.options.contains("--no-media-type");
  const std::string& repository = line.at(0);
  if (line.verb == "image") {
    return store_.image(repository, line.tag(), line.from(2),
                        {.docker = docker,
                         .media_type = says_type,
                         .sha512_layers = line.options.contains("--sha512")});
  }
  if (line.verb == "index") {
    return {store_.index(repository, line.tag(), digests(line.from(2)),
                         {.docker = docker, .media_type = says_type}),
            {},
            {}};
  }
  if (line.verb == "schema1") {
    const int signatures = line.options.contains("--signed") ? 2 : 0;
    return {store_.schema1(repository, line.tag(), line.from(2), signatures),
            {},
            {}};
  }
  if (line.verb == "buildkit") {
    return {
        store_.buildkit_cache(repository, line.tag(), line.from(2)), {}, {}};
  }
  if (line.verb == "helm") {
    return store_.helm(repository, line.tag(), line.at(2));
  }
  if (line.verb == "cosign") {
    return store_.cosign_signature(repository, digest(line.at(1)));
  }
  return store_.referrer(repository, digest(line.at(1)), line.at(2));
}

void FixtureScript::change(const Line& line) {
  if (line.verb == "blob") {
    store_.blob(line.at(0));
  } else if (line.verb == "layer") {
    store_.layer(line.at(0), line.at(1));
  } else if (line.verb == "tag") {
    store_.tag(line.at(0), line.at(1), digest(line.at(2)));
  } else if (line.verb == "untag") {
    store_.untag(line.at(0), line.at(1));
  } else if (line.verb == "delete") {
    store_.delete_manifest(line.at(0), digest(line.at(1)));
  } else {
    litter(line);
  }
}

void FixtureScript::litter(const Line& line) {
  if (line.verb == "upload") {
    store_.upload(line.at(0), line.at(1),
                  std::chrono::hours(std::stoi(line.at(2))), line.at(3));
  } else if (line.verb == "temp") {
    store_.temp_file(path(line.at(0)));
  } else if (line.verb == "write") {
    store_.write(path(line.at(0)), line.at(1));
  } else if (line.verb == "folder") {
    store_.folder(path(line.at(0)));
  } else {
    harm(line);
  }
}

void FixtureScript::harm(const Line& line) {
  if (line.verb == "empty") {
    store_.write(path(line.at(0)), "");
  } else if (line.verb == "remove") {
    store_.remove(path(line.at(0)));
  } else if (line.verb == "corrupt") {
    store_.corrupt(digest(line.at(0)));
  } else if (line.verb == "lose") {
    store_.lose(digest(line.at(0)));
  } else {
    throw std::runtime_error("no such verb: " + line.verb);
  }
}

std::vector<Digest> FixtureScript::digests(
    const std::vector<std::string>& words) const {
  std::vector<Digest> found;
  found.reserve(words.size());
  for (const std::string& word : words) found.push_back(digest(word));
  return found;
}

Digest FixtureScript::digest(const std::string& word) const {
  const std::size_t dot = word.find('.');
  const auto found = pushed_.find(word.substr(0, dot));
  if (found == pushed_.end()) return sha256(word);
  const std::string part =
      dot == std::string::npos ? "manifest" : word.substr(dot + 1);
  if (part == "manifest") return found->second.manifest;
  if (part == "config") return found->second.config;
  return found->second.layers.at(std::stoul(part) - 1);
}

std::string FixtureScript::path(const std::string& expression) const {
  if (!expression.ends_with(')')) return expression;
  const std::string what = expression.substr(0, expression.find('('));
  if (what == "temp") {
    const std::string beside =
        path(expression.substr(5, expression.size() - 6));
    return StoreBuilder::temp_path(beside);
  }
  const std::vector<std::string> of = arguments(expression);
  if (what == "blob") return StoreBuilder::blob_path(digest(of.at(0)));
  if (what == "tag") return StoreBuilder::tag_path(of.at(0), of.at(1));
  if (what == "upload") return StoreBuilder::upload_path(of.at(0), of.at(1));
  if (what == "revision") {
    return StoreBuilder::revision_path(of.at(0), digest(of.at(1)));
  }
  if (what == "layer") {
    return StoreBuilder::layer_link_path(of.at(0), digest(of.at(1)));
  }
  if (what == "history") {
    return StoreBuilder::history_path(of.at(0), of.at(1), digest(of.at(2)));
  }
  throw std::runtime_error("no such path: " + expression);
}

}  // namespace dregs
