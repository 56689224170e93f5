// SPDX-License-Identifier: Apache-2.0
// What a detector says, in neutral words: no wording for people, no severity beyond the rule's own level.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"

namespace stopwarden {

/// Sigma levels; a rule without one counts as informational (design, section 5: none is 1).
enum class Level : std::uint8_t { informational = 1, low = 2, medium = 3, high = 4, critical = 5 };
std::string_view level_name(Level level) noexcept;
/// "medium" or "MEDIUM" to a Level; false when it is none.
bool parse_level(std::string_view name, Level& out) noexcept;

/// What is said about a rule to people. Owned by the rule set; lives as long as it does.
struct RuleInfo {
  std::string id;  ///< UUID as written, or "" (then `file` names it)
  std::string name, title, description, status, author, license, date, modified;
  Level level = Level::informational;
  std::vector<std::string> tags;  ///< "attack.t1489", as written, lowercase
  std::vector<std::string> falsepositives, references;
  std::vector<std::string> fields;  ///< the rule's own list of fields worth showing
  std::string file;                 ///< path as given by the user, or "builtin:windows/..."
  std::uint32_t line = 0;           ///< of the document's first line
};

/// A field of the event that made a rule fire, with the value that did.
struct MatchedField {
  std::string_view name;   ///< the rule's word for it; empty for a keyword
  std::string_view value;  ///< of the event; dies with it
};

/// A rule fired on an event.
struct Hit {
  const RuleInfo* rule = nullptr;
  std::uint32_t number = 0;  ///< of the rule in its set
  const Event* event = nullptr;
  std::span<const MatchedField> matched;  ///< positive items of the condition, deduplicated, in the rule's order
};

class HitSink {
 public:
  virtual ~HitSink() = default;
  /// `hit` is valid during the call only.
  virtual void on_hit(const Hit& hit) = 0;
};

/// Something a service act is aimed at: what `resources[]` of a finding says (design, section 5).
struct Target {
  enum class Type : std::uint8_t { service, process, vm, cloud };
  Type type = Type::service;
  std::string name;          ///< key name, unit name or image name, decoded
  std::string display_name;  ///< when the log gives that one
  std::string verb;          ///< stop, pause, disable, delete, kill, reconfigure, start, create, ...
  std::string route;         ///< net, sc, taskkill, wmic, powershell, reg, registry, scm, schtasks, ...
  std::string state;         ///< stopped, disabled, ... when the event says so
  std::string host;          ///< the remote machine it is aimed at; empty when it is the event's own
};
std::string_view target_type_name(Target::Type type) noexcept;

}  // namespace stopwarden
