// SPDX-License-Identifier: MIT
#include "app/serve.hpp"

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <iostream>
#include <optional>
#include <thread>

#include "app/command.hpp"
#include "app/program.hpp"
#include "app/service_manager.hpp"
#include "app/superuser.hpp"

namespace inferkeep::app {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds look_until_ready{100};

int refuse(const Error& error, Log& log) {
  log.error("start.refused",
            {{"code", error.code}, {"reason", error.log.empty() ? error.detail : error.log}});
  return refuse_command(error);
}

/// An address that stands for all of them is nowhere to go to; one of IPv6 has brackets (RFC 3986).
std::string host_of_url(const std::string& host) {
  if (host == "0.0.0.0" || host == "::" || host == "[::]") return "localhost";
  return host.find(':') == std::string::npos || host.starts_with('[') ? host : "[" + host + "]";
}

void announce(const Settings& settings, std::uint16_t port) {
  const std::string scheme = speaks_tls(settings) ? "https://" : "http://";
  const std::string address = scheme + host_of_url(settings.host) + ":" + std::to_string(port);
  std::cout << "Inferkeep " << INFERKEEP_VERSION << " (" << to_string(settings.mode) << ")\n"
            << "  address    " << address << "\n"
            << "  docs       " << address << "/docs\n";
  if (settings.create_superuser)
    std::cout << "  superuser  " << superuser_name << " / " << superuser_password << "\n";
  std::cout << std::flush;
}

/// What the process listens to, from the start on: a stop during it is a stop in good order as well. A second
/// signal to stop ends the process at once, however long the start or the stop takes.
struct Signals {
  explicit Signals(asio::io_context& loop)
      : stop(std::in_place, loop, SIGINT, SIGTERM), hangup(loop, SIGHUP) {
    stop->async_wait([this, &loop](auto cancelled, int) {
      if (cancelled) return;
      asked_to_stop = true;
      stop.reset();
      loop.stop();
    });
  }
  std::optional<asio::signal_set> stop;
  std::atomic<bool> asked_to_stop{false};
  asio::signal_set hangup;  ///< asks for new files to be read, and never ends the process
};

/// Runs the loop beside what takes its time on this thread.
class RunBeside {
 public:
  explicit RunBeside(asio::io_context& loop) : loop_(loop), thread_([&loop] { loop.run(); }) {}
  ~RunBeside() {
    loop_.stop();
    thread_.join();
    loop_.restart();
  }
  RunBeside(const RunBeside&) = delete;
  RunBeside& operator=(const RunBeside&) = delete;

 private:
  asio::io_context& loop_;
  std::thread thread_;
};

Result<std::unique_ptr<Program>> start_program(const Settings& settings,
                                               const std::vector<Application::Definition>& services,
                                               const std::shared_ptr<Log>& log) {
  auto program = Program::make(settings, services, log);
  if (!program) return program;
  if (auto started = (*program)->start(); !started) return started.error();
  return program;
}

/// What comes round: the program's own work, and word to the manager.
void look(Program& program, ServiceManager& manager) {
  program.tick();
  manager.alive();
  if (!manager.knows_ready() && program.is_ready()) manager.ready();
}

void reload(Program& program, ServiceManager& manager) {
  manager.reloading();
  program.reload();
  manager.reloaded();
}

/// Looks each second until a stop is asked for, or has been since `signals` were made.
void run_until(Signals& signals, asio::io_context& loop, Program& program, ServiceManager& manager) {
  asio::steady_timer timer(loop);
  std::function<void()> tick = [&] {
    look(program, manager);
    timer.expires_after(manager.knows_ready() ? manager.patience()
                                              : std::min(manager.patience(), look_until_ready));
    timer.async_wait([&](auto cancelled) {
      if (!cancelled) tick();
    });
  };
  std::function<void()> await_hangup = [&] {
    signals.hangup.async_wait([&](auto cancelled, int) {
      if (cancelled) return;
      reload(program, manager);
      await_hangup();
    });
  };
  if (signals.asked_to_stop) return;
  await_hangup();
  tick();
  loop.run();
}

}  // namespace

int refuse_settings(const Error& error) {
  Log::to_stderr()->error("config.refused", {{"reason", error.detail}});
  return refuse_command(error);
}

int serve(const Settings& settings, const std::vector<Application::Definition>& services) {
  auto log = Log::to_stderr(settings.log_level);
  std::signal(SIGPIPE, SIG_IGN);  // a peer that is gone is an error code, not the end of the process
  asio::io_context loop;
  Signals signals(loop);
  ServiceManager manager(process_environment());
  const auto program = [&] {
    const RunBeside listening(loop);
    return start_program(settings, services, log);
  }();
  if (!program) return refuse(program.error(), *log);
  log->info("server.started", {{"version", INFERKEEP_VERSION},
                               {"mode", to_string(settings.mode)},
                               {"host", settings.host},
                               {"port", (*program)->port()}});
  announce(settings, (*program)->port());
  run_until(signals, loop, **program, manager);
  manager.stopping();
  (*program)->stop();
  return 0;
}

}  // namespace inferkeep::app
