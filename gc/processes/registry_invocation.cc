#include "gc/processes/registry_invocation.h"

#include <algorithm>
#include <array>

namespace dregs {
namespace {

using Arguments = std::span<const std::string>;

// Their arguments speak of another machine or mount namespace; what they
// start there is a process of its own.
constexpr std::array<std::string_view, 6> kClients = {
    "docker", "docker-compose", "kubectl", "nerdctl", "podman", "ssh"};

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool is_registry_program(std::string_view path) {
  const std::string_view base = base_name(path);
  return base == "registry" || base == "docker-registry";
}

bool is_called_registry(Arguments arguments, std::string_view name) {
  return base_name(arguments[0]).find("registry") != std::string_view::npos ||
         name.find("registry") != std::string_view::npos;
}

bool is_subcommand(const std::string& argument) {
  return argument == "serve" || argument == "garbage-collect";
}

std::optional<std::string> first_positional(Arguments arguments) {
  const auto found = std::find_if(
      arguments.begin(), arguments.end(), [](const std::string& argument) {
        return !argument.empty() && !argument.starts_with('-');
      });
  if (found == arguments.end()) return std::nullopt;
  return *found;
}

bool asks_for_dry_run(const std::string& flag) {
  if (flag == "--dry-run" || flag == "--dry-run=true") return true;
  return flag.starts_with('-') && !flag.starts_with("--") &&
         flag.find('=') == std::string::npos &&
         flag.find('d') != std::string::npos;
}

// Up to 2.2 there was no `serve`: `registry CONFIG`.
std::optional<RegistryInvocation> parse_old_style(Arguments arguments) {
  if (arguments.size() != 2 || !is_registry_program(arguments[0]))
    return std::nullopt;
  if (!arguments[1].ends_with(".yml") && !arguments[1].ends_with(".yaml"))
    return std::nullopt;
  return RegistryInvocation{false, false, true, arguments[1]};
}

}  // namespace

std::optional<RegistryInvocation> parse_invocation(Arguments arguments,
                                                   std::string_view name) {
  if (arguments.empty()) return std::nullopt;
  if (std::find(kClients.begin(), kClients.end(), base_name(arguments[0])) !=
      kClients.end())
    return std::nullopt;
  const auto command =
      std::find_if(arguments.begin() + 1, arguments.end(), is_subcommand);
  if (command == arguments.end()) return parse_old_style(arguments);

  const Arguments rest(command + 1, arguments.end());
  RegistryInvocation found;
  found.collects = *command == "garbage-collect";
  found.dry_run =
      found.collects && std::any_of(rest.begin(), rest.end(), asks_for_dry_run);
  found.named_registry = is_called_registry(arguments, name) ||
                         is_registry_program(*(command - 1));
  found.config = first_positional(rest);
  const bool any_program_may =
      !found.collects && found.config && rest.size() == 1;
  if (!found.named_registry && !any_program_may) return std::nullopt;
  return found;
}

}  // namespace dregs
