// A small made store, scanned and read: what the pure parts of a collection
// work on. Made once per process in a folder of its own, which goes with the
// object.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "gc/mark/survey.h"
#include "scanner/files/descriptor.h"

namespace dregs {

class MadeSurvey {
 public:
  MadeSurvey();
  ~MadeSurvey();
  MadeSurvey(const MadeSurvey&) = delete;
  MadeSurvey& operator=(const MadeSurvey&) = delete;

  static const MadeSurvey& the();

  int v2() const { return v2_.get(); }
  const Survey& survey() const { return survey_; }
  // Their bytes, one of each revision.
  const std::vector<std::string>& manifests() const { return manifests_; }

 private:
  std::filesystem::path root_;
  Descriptor v2_;
  Survey survey_;
  std::vector<std::string> manifests_;
};

}  // namespace dregs
