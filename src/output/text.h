// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "output/writer.h"

namespace stopwarden {

/// For people: a timeline a host, then totals. Expects findings host by host (FindingSort::host).
///
///   DB01.corp.example
///     2026-11-25 01:02:03.123  high      Service Stop Via Net.EXE  [Security 4688 #4711]  x3 until 01:02:05.000
///         CORP\admin from 10.0.0.5: stop services MSSQLSERVER, SQLWriter (net)
///         net stop MSSQLSERVER /y
///
/// Findings in a row that differ in their time only are one entry. With a width, lines are cut to it; without one
/// nothing is. Everything from logs and rules goes through terminal_safe().
class TextWriter : public FindingWriter {
 public:
  TextWriter(ByteSink& out, const FormatOptions& options);
  void on_finding(const Finding& finding) override;

 protected:
  void on_finish() override;

 private:
  /// One entry as it will stand, less its times and record number.
  struct Entry {
    Level level = Level::informational;
    std::string title, source, what, detail;
    bool operator==(const Entry&) const = default;
  };
  void flush();
  void totals();
  std::string coloured(std::string_view text, std::string_view sgr) const;

  Colour colour_;
  std::size_t width_;
  std::optional<std::string> host_;
  std::optional<Entry> entry_;
  std::optional<EventTime> first_, last_;
  std::optional<std::uint64_t> first_record_;
  std::uint64_t times_ = 0, findings_ = 0, hosts_ = 0;
  std::array<std::uint64_t, 6> by_level_{};
};

}  // namespace stopwarden
