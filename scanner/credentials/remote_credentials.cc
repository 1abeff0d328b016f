#include "scanner/credentials/remote_credentials.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "scanner/formats/escaped.h"
#include "scanner/http/escaped_url.h"
#include "scanner/http/xml_answer.h"
#include "scanner/objects/object_store.h"

namespace dregs {
namespace {

constexpr std::size_t kAnswerMax = 1U << 20U;

[[noreturn]] void refuse_credentials(int status, const std::string& what) {
  throw StorageError("Credentials", status, what);
}

// The body of a success.
std::string ask_service(HttpPool& http, const HttpRequest& request,
                        const std::string& who) {
  HttpAnswer answer;
  try {
    http.perform(request, answer);
  } catch (const HttpError& error) {
    refuse_credentials(
        0, fmt::format("{} does not answer: {}", who, printable(error.what())));
  }
  if (answer.status != 200)
    refuse_credentials(answer.status, fmt::format("{} answers with status {}",
                                                  who, answer.status));
  return std::move(answer.body);
}

HttpRequest service_request(const std::string& method, const std::string& url,
                            std::vector<std::string> headers) {
  HttpRequest request;
  request.method = method;
  request.url = url;
  request.headers = std::move(headers);
  request.at_most = kAnswerMax;
  return request;
}

std::string json_text(const nlohmann::json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_string()) return {};
  return found->get<std::string>();
}

}  // namespace

Credentials parse_json_credentials(const std::string& json) {
  const nlohmann::json parsed = nlohmann::json::parse(json, nullptr, false);
  if (!parsed.is_object())
    refuse_credentials(0, "the answer with the credentials is no JSON object");
  Credentials credentials{json_text(parsed, "AccessKeyId"),
                          json_text(parsed, "SecretAccessKey"),
                          json_text(parsed, "Token"), 0};
  if (credentials.key_id.empty() || credentials.secret.empty())
    refuse_credentials(0, "the answer with the credentials has no keys");
  const std::string expires = json_text(parsed, "Expiration");
  if (!expires.empty()) credentials.expires_ns = parse_time(expires);
  return credentials;
}

Credentials parse_sts_credentials(const std::string& xml) {
  const XmlAnswer answer(xml, "AssumeRoleWithWebIdentityResponse");
  const pugi::xml_node node = answer.root()
                                  .child("AssumeRoleWithWebIdentityResult")
                                  .child("Credentials");
  return {demand_text(node, "AccessKeyId"),
          demand_text(node, "SecretAccessKey"),
          demand_text(node, "SessionToken"), demand_time(node, "Expiration")};
}

Credentials assume_role(HttpPool& http, const WebIdentity& identity) {
  const std::string body = fmt::format(
      "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn={}"
      "&RoleSessionName={}&WebIdentityToken={}",
      escaped_word(identity.role_arn), escaped_word(identity.session_name),
      escaped_word(identity.token));
  HttpRequest request = service_request("POST", identity.sts + "/", {});
  request.headers = {"content-type: application/x-www-form-urlencoded"};
  request.body = body;
  try {
    return parse_sts_credentials(ask_service(
        http, request,
        fmt::format("{}, asked to assume {},", printable(identity.sts),
                    printable(identity.role_arn))));
  } catch (const StorageError& error) {
    if (error.code() != "XML") throw;
    refuse_credentials(
        200, fmt::format("the answer of {}: {}", identity.sts, error.what()));
  }
}

Credentials ask_container(HttpPool& http, const ContainerEndpoint& endpoint) {
  std::vector<std::string> headers;
  if (!endpoint.token.empty())
    headers.push_back("authorization: " + endpoint.token);
  return parse_json_credentials(
      ask_service(http, service_request("GET", endpoint.url, headers),
                  "the container's endpoint of credentials"));
}

Credentials ask_instance(HttpPool& http, const std::string& service) {
  const std::string who = "the metadata service of this machine";
  const std::string roles =
      service + "/latest/meta-data/iam/security-credentials/";
  const std::string token = ask_service(
      http,
      service_request("PUT", service + "/latest/api/token",
                      {"x-aws-ec2-metadata-token-ttl-seconds: 21600"}),
      who);
  const std::vector<std::string> proof = {"x-aws-ec2-metadata-token: " + token};
  std::string role =
      ask_service(http, service_request("GET", roles, proof), who);
  role = role.substr(0, role.find('\n'));
  return parse_json_credentials(ask_service(
      http, service_request("GET", roles + escaped_word(role), proof), who));
}

}  // namespace dregs
