// What is to be done next, and problems for a person: the worst first, few
// unless --verbose.
#pragma once

#include <cstdio>
#include <vector>

#include "cli/terminal/terminal.h"
#include "gc/decide/refusal.h"
#include "gc/storage/opened_store.h"
#include "scanner/inventory/finding.h"

namespace dregs {

void print_findings(std::FILE* to, const std::vector<Finding>& findings,
                    const OpenedStore& store, const Palette& palette,
                    bool verbose);

// Under --quiet, what makes the exit code: a line each, to stderr.
void print_problems(const std::vector<Finding>& findings,
                    const OpenedStore& store);

// "dregs: MESSAGE", to stderr, of one line or several. Never throws.
void print_error(const std::string& message);

// Where a run may not begin, why and what helps; to stderr.
void print_refusals(const std::vector<Refusal>& refusals);

}  // namespace dregs
