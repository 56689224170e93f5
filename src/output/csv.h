// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "output/writer.h"

namespace stopwarden {

/// RFC 4180: comma, CRLF, a header row, one row a finding. Cells that a spreadsheet would take for a formula get a
/// leading apostrophe; control and hidden characters are visible escapes. Streams.
class CsvWriter : public FindingWriter {
 public:
  CsvWriter(ByteSink& out, const FormatOptions& options);
  void on_finding(const Finding& finding) override;

 protected:
  void on_finish() override;

 private:
  void header();
  std::string row_;
  bool header_written_ = false;
};

/// One cell as it stands in the file, quoted where it must be.
std::string csv_cell(std::string_view value);

}  // namespace stopwarden
