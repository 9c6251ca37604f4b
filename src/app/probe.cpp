// SPDX-License-Identifier: MIT
#include "app/probe.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "app/command.hpp"
#include "http/probe.hpp"
#include "http/syntax.hpp"

namespace inferkeep::app {
namespace {

constexpr int ok = 200;

/// Where a server that listens to `host` can be reached from its own machine.
std::string own_address(const std::string& host) {
  const std::string address(http::without_brackets(host));
  if (address == "0.0.0.0") return "127.0.0.1";
  return address == "::" ? "::1" : address;
}

http::Question question_for(const Settings& settings) {
  const auto& hosts = settings.http.hosts;
  return {.address = own_address(settings.host),
          .port = settings.port,
          .secure = speaks_tls(settings),
          .host = hosts.empty() ? "localhost" : hosts.front(),
          .target = "/readiness"};
}

}  // namespace

CLI::App* add_probe(CLI::App& cli) {
  CLI::App* command = cli.add_subcommand("probe", "Ask the server of these settings whether it is ready");
  command->footer("Exit code 0: ready; 69: not, or no answer within two seconds. Made for health checks.");
  return command;
}

int probe(const Settings& settings) {
  if (settings.port == 0)
    return refuse_command({ErrorKind::invalid, "config", "PORT is 0: which port the server took is unknown"});
  const auto status = http::ask_status(question_for(settings));
  if (!status) return refuse_command(status.error());
  if (*status != ok)
    return refuse_command({ErrorKind::unavailable, "not_ready",
                           "the server is not ready: it answers " + std::to_string(*status)});
  std::cout << "ready" << std::endl;
  return 0;
}

}  // namespace inferkeep::app
