// SPDX-License-Identifier: MIT
#include "metrics/metrics.hpp"

namespace inferkeep::metrics {
namespace {

const std::vector<double> commit_seconds = {0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                            0.05,    0.1,    0.25,  0.5,    1,     2.5};
const std::vector<double> row_counts = {2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};

}  // namespace

LedgerFigures::LedgerFigures(Registry& registry)
    : duration_(
          registry
              .histograms("inferkeep_ledger_commit_duration_seconds",
                          "From the write lock to the end of fsync, one transaction of the call ledger.",
                          commit_seconds)
              .with({})),
      rows_(registry
                .histograms("inferkeep_ledger_group_rows",
                            "Rows of calls and of their items in one transaction of the call ledger.",
                            row_counts)
                .with({})),
      failures_(registry
                    .counters("inferkeep_ledger_failures_total",
                              "Transactions of the call ledger that failed; their calls were answered 503.")
                    .with({})) {}

void LedgerFigures::committed(std::size_t rows, double seconds) {
  duration_.observe(seconds);
  rows_.observe(static_cast<double>(rows));
}

SignIns::SignIns(Registry& registry)
    : counts_(registry.counters("inferkeep_sign_ins_total", "Tries to sign in, by result.")),
      ok_(counts_.with({{"result", "ok"}})),
      failed_(counts_.with({{"result", "failed"}})),
      throttled_(counts_.with({{"result", "throttled"}})),
      unjudged_(counts_.with({{"result", "unjudged"}})) {}

Metrics::Metrics(const std::string& version) {
  registry.add({Reading::Kind::gauge,
                "inferkeep_build_info",
                "Always 1; the version is the label.",
                {{"version", version}},
                [] { return 1.0; }});
}

}  // namespace inferkeep::metrics
