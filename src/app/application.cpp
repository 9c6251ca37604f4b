// SPDX-License-Identifier: MIT
// The command line and the life of the process: settings, start, signals, stop.
#include "inferkeep/application.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <iostream>
#include <optional>

#include "app/program.hpp"
#include "app/superuser.hpp"

namespace inferkeep {
namespace {

namespace asio = boost::asio;
using app::Program;
using app::Settings;

constexpr int exit_usage = 64, exit_unavailable = 69, exit_locked = 75, exit_config = 78;

int exit_code_of(const Error& error) {
  if (error.kind == ErrorKind::invalid) return exit_config;
  if (error.code == "db_locked") return exit_locked;
  if (error.code == "db_refused") return exit_config;
  return exit_unavailable;
}

int refuse(const Error& error, Log& log) {
  log.error("start.refused",
            {{"code", error.code}, {"reason", error.log.empty() ? error.detail : error.log}});
  std::cerr << "inferkeep: " + error.detail +
                   "\n";  // in one piece: the log writes to the same place meanwhile
  return exit_code_of(error);
}

void announce(const Settings& settings, std::uint16_t port) {
  const std::string host = settings.host == "0.0.0.0" ? "localhost" : settings.host;
  const std::string address = "http://" + host + ":" + std::to_string(port);
  std::cout << "Inferkeep " << INFERKEEP_VERSION << " (" << to_string(settings.mode) << ")\n"
            << "  address    " << address << "\n"
            << "  docs       " << address << "/docs\n";
  if (settings.create_superuser)
    std::cout << "  superuser  " << app::superuser_name << " / " << app::superuser_password << "\n";
  std::cout << std::flush;
}

/// Ticks each second until a signal comes, or one has come since `signals` were made.
void run_until(asio::signal_set& signals, asio::io_context& loop, Program& program) {
  asio::steady_timer timer(loop);
  std::function<void()> tick = [&] {
    program.tick();
    timer.expires_after(std::chrono::seconds{1});
    timer.async_wait([&](auto cancelled) {
      if (!cancelled) tick();
    });
  };
  signals.async_wait([&](auto, int) { loop.stop(); });
  tick();
  loop.run();
}

int serve(const Settings& settings, const std::vector<Application::Definition>& services) {
  auto log = Log::to_stderr(settings.log_level);
  std::signal(SIGPIPE, SIG_IGN);  // a peer that is gone is an error code, not the end of the process
  // Heard from here on: a stop during the start is a stop in good order as well.
  asio::io_context loop;
  std::optional<asio::signal_set> signals(std::in_place, loop, SIGINT, SIGTERM, SIGHUP);
  auto program = Program::make(settings, services, log);
  if (!program) return refuse(program.error(), *log);
  if (auto started = (*program)->start(); !started) return refuse(started.error(), *log);
  log->info("server.started", {{"version", INFERKEEP_VERSION},
                               {"mode", to_string(settings.mode)},
                               {"host", settings.host},
                               {"port", (*program)->port()}});
  announce(settings, (*program)->port());
  run_until(*signals, loop, **program);
  signals.reset();  // a second signal ends the process at once, however long the stop takes
  (*program)->stop();
  return 0;
}

int print_settings() {
  std::cout << "| setting | default | meaning |\n|---|---|---|\n";
  for (const auto& setting : app::describe_settings())
    std::cout << "| `" << setting.name << "` | "
              << (setting.fallback.empty() ? "(empty)" : "`" + setting.fallback + "`") << " | "
              << setting.about << " |\n";
  return 0;
}

}  // namespace

int Application::run(int argc, char** argv) {
  CLI::App cli{"Machine-learning models behind a secured, recorded HTTP API"};
  std::string mode = "dev", env_dir = ".environment";
  cli.add_option("--mode", mode, "dev, test or prod: which .env file is read")->envname("INFERKEEP_MODE");
  cli.add_option("--env-dir", env_dir, "The folder of .env.shared and .env.<mode>");
  cli.set_version_flag("--version", std::string("inferkeep ") + INFERKEEP_VERSION);
  cli.require_subcommand(0, 1);
  cli.add_subcommand("serve", "Serve until SIGINT or SIGTERM (what happens without a command)");
  const auto* routes =
      cli.add_subcommand("routes", "Print every route with its access level, one JSON object a line");
  const auto* settings_table =
      cli.add_subcommand("settings", "Print every setting with its default, as Markdown");
  const auto* check = cli.add_subcommand("check-config", "Check the settings, start nothing");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? 0 : exit_usage;
  }
  if (*routes) return std::cout << Program::describe_routes(definitions_), 0;
  if (*settings_table) return print_settings();

  const auto chosen = app::mode_of(mode);
  auto settings = chosen ? app::read_settings(*chosen, env_dir, app::process_environment())
                         : Result<Settings>(chosen.error());
  if (!settings) {
    std::cerr << "inferkeep: " << settings.error().detail << std::endl;
    return exit_config;
  }
  if (*check) return std::cout << "the settings are sound\n", 0;
  return serve(*settings, definitions_);
}

}  // namespace inferkeep
