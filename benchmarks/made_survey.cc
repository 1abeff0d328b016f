#include "benchmarks/made_survey.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "benchmarks/folder_writer.h"
#include "benchmarks/push_all.h"
#include "gc/survey/take_survey.h"
#include "scanner/files/disk_reader.h"

namespace dregs {
namespace {

std::filesystem::path new_folder() {
  std::string path =
      (std::filesystem::temp_directory_path() / "dregs-inner-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), path);
  return path;
}

}  // namespace

MadeSurvey::MadeSurvey() : root_(new_folder()) {
  push_all({.repositories = 10, .tags = 100}, FolderWriter(root_));
  const std::string path = root_ / "docker/registry/v2";
  v2_ = Descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const StopRequest stop;
  SurveyProgress progress;
  survey_ = take_survey(v2_.get(), false, stop, progress);
  for (const Repository& repository : survey_.inventory.repositories)
    for (const Digest& digest : repository.revisions)
      manifests_.push_back(DiskReader(v2_.get())
                               .read_blob(digest, kLargestServedManifest)
                               .bytes);
}

MadeSurvey::~MadeSurvey() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

const MadeSurvey& MadeSurvey::the() {
  static const MadeSurvey survey;
  return survey;
}

}  // namespace dregs
