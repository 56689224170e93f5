// SPDX-License-Identifier: Apache-2.0
// Prints the sample findings in the format named by its argument, for checks by other programs (tools/check_ocsf.py).
#include <cstdio>

#include "output/formats.h"
#include "output/sample_findings.h"

namespace {
class Stdout : public stopwarden::ByteSink {
 public:
  bool write(std::string_view bytes) override {
    return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size();
  }
};
}  // namespace

int main(int argc, char** argv) {
  const stopwarden::OutputFormat* format = argc == 2 ? stopwarden::find_format(argv[1]) : nullptr;
  if (format == nullptr) {
    std::fprintf(stderr, "usage: %s FORMAT\n", argv[0]);
    return 2;
  }
  Stdout out;
  const auto writer = format->make(out, {});
  for (const stopwarden::Finding& finding : stopwarden::sample_findings()) writer->on_finding(finding);
  return writer->finish() && std::fflush(stdout) == 0 ? 0 : 1;
}
