// SPDX-License-Identifier: Apache-2.0
// What is told to people: hits merged, worded and graded. Owned text; made for printing, sorting and spilling.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "detect/hit.h"

namespace stopwarden {

/// Where a finding's proof lies.
struct Evidence {
  std::string file;  ///< input name, "bundle.zip!/System.evtx"
  std::uint64_t offset = 0;
  std::uint64_t record = 0;  ///< from 1
  std::string kind;          ///< "event" for a Sigma hit; fact kinds come with the ledger
  auto operator<=>(const Evidence&) const = default;
};

struct Actor {
  std::string user_name, user_uid;                  ///< "CORP\admin", SID; empty: unknown, never guessed
  std::string process_path, cmd_line, process_pid;  ///< pids are decimal
  std::string parent_path, parent_cmd_line, parent_pid;
  std::string session_uid;  ///< logon id
};

struct Attack {
  std::string technique_uid;  ///< "T1489", "T1562.001"
};

struct Finding {
  std::string uid;  ///< 32 hex digits; the same evidence gives the same uid
  std::optional<EventTime> time;
  Level severity = Level::informational;
  std::string type = "sigma";  ///< finding_info.types
  std::string analytic_uid;    ///< the rule's id (its file where it has none)
  std::string title, description, status, author, license;
  std::vector<Attack> attacks;       ///< from the tags, deduplicated, in their order
  std::vector<std::string> tactics;  ///< "TA0040"
  std::vector<std::string> tags, falsepositives, references;
  std::string message;  ///< one line: who did what to what
  std::string host;
  std::string channel, provider;
  std::optional<std::uint32_t> event_id;
  std::optional<std::uint64_t> record_id;
  Actor actor;
  std::string source_ip;
  std::vector<Target> resources;
  std::vector<std::pair<std::string, std::string>> matched;  ///< field (empty: keyword), value; redacted
  std::vector<Evidence> evidences;                           ///< sorted
  std::uint64_t evidences_left_out = 0;                      ///< beyond kEvidencesMax
  std::uint64_t count = 1;  ///< identical records folded into this one; hits that a correlation joined
  bool joins_hits = false;  ///< of a correlation: one finding, whatever `count` is
};

inline constexpr std::size_t kEvidencesMax = 16;

class FindingSink {
 public:
  virtual ~FindingSink() = default;
  virtual void on_finding(const Finding& finding) = 0;
};

}  // namespace stopwarden
