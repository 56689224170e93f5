// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "output/writer.h"

namespace stopwarden {

/// One OCSF 1.8.0 Detection Finding (class 2004) a line: the contract of docs/output.md. Streams.
class JsonlWriter : public FindingWriter {
 public:
  JsonlWriter(ByteSink& out, const FormatOptions& options);
  void on_finding(const Finding& finding) override;

 private:
  std::string version_, line_;
};

}  // namespace stopwarden
