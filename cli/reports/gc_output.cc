#include "cli/reports/gc_output.h"

#include "cli/output/delivery.h"

namespace dregs {

ExitCode deliver(const GcReport& report, const OpenedStore& store,
                 const Survey& survey, const Plan& plan, bool list,
                 const GlobalOptions& options) {
  return deliver({store, report.findings, report.refusals, report.exit_code,
                  [&] { return to_json(report, store, survey, plan, list); },
                  [&](const Palette& palette) {
                    print_text(report, store, survey, plan, list, palette,
                               options.verbose);
                  }},
                 options);
}

}  // namespace dregs
