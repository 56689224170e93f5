// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "output/writer.h"

namespace stopwarden {

/// JSON lines as Timesketch imports them: message, datetime (ISO 8601 with offset), timestamp (microseconds),
/// timestamp_desc, and flat fields. Streams.
class TimesketchWriter : public FindingWriter {
 public:
  TimesketchWriter(ByteSink& out, const FormatOptions& options);
  void on_finding(const Finding& finding) override;

 private:
  std::string line_;
};

}  // namespace stopwarden
