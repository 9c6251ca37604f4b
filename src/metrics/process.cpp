// SPDX-License-Identifier: MIT
#include "metrics/process.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

namespace inferkeep::metrics {
namespace {

std::string text_of(const char* file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The fields of /proc/self/stat from the third on, as proc(5) numbers them; the second, the name, may hold
/// blanks and brackets.
class Stat {
 public:
  Stat() {
    const std::string text = text_of("/proc/self/stat");
    const auto name_ends = text.rfind(')');
    if (name_ends == std::string::npos) return;
    std::istringstream rest(text.substr(name_ends + 1));
    fields_.assign(std::istream_iterator<std::string>(rest), {});
  }
  explicit operator bool() const { return fields_.size() > 21; }
  double field(std::size_t number) const { return std::stod(fields_[number - 3]); }

 private:
  std::vector<std::string> fields_;
};

/// Seconds since 1970 at which the machine started.
std::optional<double> boot_time() {
  std::istringstream in(text_of("/proc/stat"));
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  return std::nullopt;
}

std::optional<double> open_files() {
  std::error_code error;
  const std::filesystem::directory_iterator open("/proc/self/fd", error);
  if (error) return std::nullopt;
  return std::distance(begin(open), end(open)) - 1;  // but for the one that lists them
}

double most_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

class Readings {
 public:
  void add(Reading::Kind kind, const char* name, const char* help, std::optional<double> value) {
    if (value) all_.push_back({kind, name, help, {}, [value] { return *value; }});
  }
  std::vector<Reading> all() && { return std::move(all_); }

 private:
  std::vector<Reading> all_;
};

void add_stat(Readings& readings) {
  using enum Reading::Kind;
  const Stat stat;
  if (!stat) return;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  readings.add(counter, "process_cpu_seconds_total", "User and system CPU time, seconds.",
               (stat.field(14) + stat.field(15)) / ticks);
  readings.add(gauge, "process_threads", "Threads of the process.", stat.field(20));
  readings.add(gauge, "process_virtual_memory_bytes", "Virtual memory size.", stat.field(23));
  readings.add(gauge, "process_resident_memory_bytes", "Resident memory size.", stat.field(24) * page);
  if (const auto boot = boot_time())
    readings.add(gauge, "process_start_time_seconds", "Start of the process, seconds since 1970.",
                 *boot + stat.field(22) / ticks);
}

}  // namespace

std::vector<Reading> process_readings() {
  Readings readings;
  add_stat(readings);
  readings.add(Reading::Kind::gauge, "process_open_fds", "Open file descriptors.", open_files());
  readings.add(Reading::Kind::gauge, "process_max_fds", "Limit of open file descriptors.", most_files());
  return std::move(readings).all();
}

}  // namespace inferkeep::metrics
