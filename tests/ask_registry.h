// What clients may ask a registry for, and what it answers: a real server over
// HTTP, or a model of one that is not to be had.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace dregs {

struct Question {
  std::string repository;
  bool manifest = false;  // else a blob
  std::string reference;  // a tag or a digest

  auto operator<=>(const Question&) const = default;
};

// "app:v1", "app@sha256:…" or "the blob sha256:… of app".
std::string to_string(const Question& question);

struct Answer {
  int status = 0;  // as in HTTP; 0: none came
  // Of a schema1 manifest without its signatures: 2.8 signs it anew each time,
  // with a key of the moment.
  std::string body{};
  std::string digest{};  // what the answer says that it is

  bool served() const { return status == 200; }
  bool operator==(const Answer&) const = default;
};

using Answers = std::map<Question, Answer>;
using Ask = std::function<Answer(const Question&)>;

// Each tag, revision and layer link that a path of the store names, by whatever
// symbolic links and mounts, and each digest in what is answered.
Answers ask_for_everything(const std::filesystem::path& v2, const Ask& ask);

// The same questions once more.
Answers ask_again(const Answers& before, const Ask& ask);

// GET of a server on 127.0.0.1. One question, one connection.
Answer ask_server(int port, const Question& question);

// What registry 3 would serve, by format.md#2: unlike 2.8 it takes no manifest
// from _layers. Statuses are 200 or 404.
Answer ask_model_of_registry_3(const std::filesystem::path& v2,
                               const Question& question);

}  // namespace dregs
