#include "scanner/requests/s3_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string_view>

#include "scanner/formats/escaped.h"
#include "scanner/formats/is_one_of.h"

namespace dregs {
namespace {

bool is_denied(const FailedRequest& failed) {
  return failed.status == 403 ||
         is_one_of(failed.error.code,
                   {"AccessDenied", "AllAccessDisabled", "AccountProblem"});
}

// It becomes a part of a host's name.
bool is_region(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return ('a' <= c && c <= 'z') || ('0' <= c && c <= '9') || c == '-';
  });
}

std::string connection_sentence(const FailedRequest& failed) {
  return fmt::format(
      "no answer from {} after {}: {}; check the endpoint, the network and the "
      "server",
      escaped(endpoint_host(failed.address)),
      failed.tries == 1 ? "1 try" : fmt::format("{} tries", failed.tries),
      printable(failed.broken));
}

std::string redirect_sentence(const FailedRequest& failed) {
  const ErrorAnswer& error = failed.error;
  if (!error.region.empty())
    return fmt::format(
        "the bucket is in the region {}, not in {}; set that region (--region "
        "{}, or storage.s3.region)",
        escaped(error.region), escaped(failed.address.region),
        escaped(error.region));
  return fmt::format(
      "the server sends to {}; set the right endpoint or region",
      error.endpoint.empty() ? "another endpoint" : escaped(error.endpoint));
}

std::string credentials_sentence(std::string_view code) {
  if (code == "InvalidAccessKeyId")
    return "the server does not know the access key; check it, and the "
           "endpoint";
  if (code == "SignatureDoesNotMatch")
    return "the server does not accept the signature; check the secret key, "
           "and "
           "that no proxy changes requests";
  return "the credentials have expired or are not valid; renew them";
}

std::string clock_sentence(const FailedRequest& failed) {
  return fmt::format(
      "this machine's clock is {} minutes off the server's, and the server "
      "refuses the signature; set the clock",
      std::llround(std::abs(failed.minutes_off)));
}

std::string other_sentence(const FailedRequest& failed) {
  const std::string& message = failed.error.message;
  return fmt::format("the server answers {}{}{}{}", failed.status,
                     failed.error.code == "HTTP"
                         ? ""
                         : " " + escaped(failed.error.code.substr(0, 100)),
                     message.empty() ? "" : ": ",
                     escaped(message.substr(0, 300)));
}

std::string sentence_of(const FailedRequest& failed) {
  const std::string& code = failed.error.code;
  if (!failed.broken.empty()) return connection_sentence(failed);
  if (is_one_of(code, {"InvalidAccessKeyId", "SignatureDoesNotMatch"}) ||
      is_expired(failed.error))
    return credentials_sentence(code);
  if (code == "RequestTimeTooSkewed") return clock_sentence(failed);
  if (!failed.error.region.empty() ||
      (failed.status >= 300 && failed.status < 400) ||
      code == "AuthorizationHeaderMalformed")
    return redirect_sentence(failed);
  if (code == "NoSuchBucket")
    return fmt::format(
        "there is no such bucket at {}; check its name, the "
        "endpoint and the path style",
        escaped(endpoint_host(failed.address)));
  if (code == "PreconditionFailed")
    return "the object changed while it was read; try again";
  if (code == "InvalidObjectState")
    return "the object is in an archive (Glacier); restore it first";
  if (code.starts_with("KMS."))
    return fmt::format("KMS refuses the object's key ({}); grant kms:Decrypt",
                       escaped(code));
  if (is_denied(failed))
    return fmt::format("access denied; grant {}", failed.permission);
  if (is_overload(failed.status, code))
    return fmt::format(
        "{}, after {} tries; set --connections or --requests-per-second lower",
        other_sentence(failed), failed.tries);
  return other_sentence(failed);
}

}  // namespace

StorageError error_of(const FailedRequest& failed) {
  const std::string code =
      failed.broken.empty() ? failed.error.code : "Connection";
  return {code, failed.status,
          fmt::format("{}: {}", shown_as(failed.address, failed.key),
                      sentence_of(failed))};
}

std::string region_of_redirect(int status, const ErrorAnswer& error,
                               const std::string& region_header) {
  const bool redirects =
      (status >= 300 && status < 400) ||
      is_one_of(error.code, {"AuthorizationHeaderMalformed",
                             "PermanentRedirect", "IllegalLocationConstraint",
                             "AuthorizationQueryParametersError"});
  const std::string& region =
      region_header.empty() ? error.region : region_header;
  return redirects && is_region(region) ? region : "";
}

bool is_missing(const ErrorAnswer& error) {
  return is_one_of(error.code, {"NoSuchKey", "NoSuchVersion", "NoSuchUpload"});
}

bool is_overload(int status, const std::string& code) {
  return status == 429 || status == 503 ||
         is_one_of(code, {"SlowDown", "Throttling", "TooManyRequests",
                          "RequestLimitExceeded", "ServiceUnavailable"});
}

bool is_expired(const ErrorAnswer& error) {
  return is_one_of(error.code, {"ExpiredToken", "ExpiredTokenException",
                                "InvalidToken", "TokenRefreshRequired"});
}

bool may_pass(int status, const std::string& code) {
  return is_overload(status, code) || (status >= 500 && status != 501) ||
         is_one_of(code,
                   {"InternalError", "RequestTimeout", "OperationAborted"});
}

}  // namespace dregs
