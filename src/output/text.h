// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "output/writer.h"

namespace stopwarden {

/// For people: a timeline a host, then totals. Expects findings host by host (FindingSort::host).
///
///   DB01.corp.example
///     2026-11-25 01:02:03.123  high      Service Stop Via Net.EXE
///         CORP\admin from 10.0.0.5: stop services MSSQLSERVER, SQLWriter (net), now stopped
///         net stop MSSQLSERVER /y
///         5 findings until 01:02:04.000, also Database Service Stopped  [Security 4688 #4711, Sysmon 1, System 7036]
///
/// One act is one entry: findings that name the same targets and the same verb within kActWindow of the first (the
/// rules that fire on one event, the same process in two logs, net and its net1, the state change that follows). The
/// entry takes the loudest one's title. Entries in a row that differ in their times only are folded to one, "x3 until".
/// With a width, lines are cut to it; without one nothing is. Everything from logs and rules goes through
/// terminal_safe().
class TextWriter : public FindingWriter {
 public:
  TextWriter(ByteSink& out, const FormatOptions& options);
  void on_finding(const Finding& finding) override;

  static constexpr std::chrono::seconds kActWindow{5};
  static constexpr std::size_t kOpenActsMax = 64;  // acts that wait for more findings; the oldest is printed first

 protected:
  void on_finish() override;

 private:
  /// One act, as far as it is known.
  struct Act {
    std::string key;  ///< targets and verb; for findings without targets all that would be printed
    std::optional<EventTime> first, last;
    Level level = Level::informational;
    std::string title, who, what, state, detail;
    std::vector<std::string> sources, others;  ///< where it was seen; titles of quieter rules
    std::string first_source;                  ///< with its record number
    std::uint64_t findings = 0;
    std::uint64_t times = 1;  ///< acts in a row that look the same
    bool looks_like(const Act& other) const;
  };
  static Act act_of(const Finding& finding);
  static void merge(Act& into, Act&& more);
  void close(Act&& act);
  void close_all();
  void print(const Act& act);
  void totals();
  std::string coloured(std::string_view text, std::string_view sgr) const;

  Colour colour_;
  std::size_t width_;
  std::optional<std::string> host_;
  std::deque<Act> open_;
  std::optional<Act> closed_;  ///< waits for one that looks the same
  std::uint64_t findings_ = 0, hosts_ = 0, acts_ = 0;
  std::array<std::uint64_t, 6> by_level_{};
};

}  // namespace stopwarden
