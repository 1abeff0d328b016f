#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "registry_server.h"
#include "run_program.h"
#include "s3_client_fixture.h"

namespace dregs {
namespace {

using testing::HasSubstr;

// OpenSSL's own server, with a certificate that only those trust who are told
// to.
class S3Tls : public testing::Test {
 protected:
  S3Tls() {
    folder = testing::TempDir() + "dregs-tls-" + std::to_string(getpid());
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    {
      const HttpServer free_port(
          [](const ServedRequest&) { return ServedAnswer{}; });
      host = free_port.host();
    }
    run_program({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=dregs",
                 "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-out",
                 folder + "/tls.pem", "-keyout", folder + "/tls.key"});
    std::ofstream(folder + "/registry?versioning=")
        << "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
           "<VersioningConfiguration/>";
    server = start_process({"openssl", "s_server", "-accept", host, "-cert",
                            "tls.pem", "-key", "tls.key", "-HTTP", "-quiet"},
                           {"PATH=/usr/bin:/bin"}, folder, folder + "/log");
    settings.client.first_pause = std::chrono::milliseconds(100);
    settings.client.http.stall_timeout = std::chrono::seconds(5);
  }
  ~S3Tls() override {
    stop_process(server);
    std::filesystem::remove_all(folder);
  }

  // What came of asking; of a server that does not listen yet once more.
  std::string ask() {
    BucketAddress address;
    address.bucket = "registry";
    address.region = "r";
    address.path_style = true;
    address.host = host;
    for (int tries = 0;; ++tries) {
      try {
        S3Store store(address, {{"AKID", "secret", "", 0}, {}, "", {}},
                      settings, counts);
        return store.versioning() == Versioning::never ? "asked" : "wrong";
      } catch (const StorageError& error) {
        const std::string what = error.what();
        if (tries == 50 || what.find("onnect to") == std::string::npos)
          return what;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
    }
  }

  std::string folder;
  std::string host;
  pid_t server = 0;
  StoreSettings settings;
  RequestCounts counts;
};

TEST_F(S3Tls, ACertificateThatNobodyVouchesForIsRefusedAtOnce) {
  ask();  // it listens from now on
  EXPECT_THAT(ask(), testing::AllOf(HasSubstr("after 1 try: "),
                                    HasSubstr("certificate")));
}

TEST_F(S3Tls, AnOwnAuthorityVouchesForItsServers) {
  settings.client.http.ca_file = folder + "/tls.pem";
  EXPECT_EQ(ask(), "asked");
}

TEST_F(S3Tls, SkipverifyTakesAnyCertificate) {
  settings.client.http.skip_verify = true;
  EXPECT_EQ(ask(), "asked");
}

}  // namespace
}  // namespace dregs
