// SPDX-License-Identifier: Apache-2.0
// Everything that can be decided once for all events of one channel, provider and id.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "detect/sigma/keyword_probes.h"
#include "detect/sigma/kind_table.h"
#include "detect/sigma/program.h"

namespace stopwarden::sigma {

/// Which fields say again what the kind says: a plan may have decided rules by them.
struct Constants {
  bool event_id = false, channel = false, provider = false;
  bool operator==(const Constants&) const = default;
};

/// For one kind of event: which rules can fire at all, by which literals their triggers are found, and (as a
/// FieldChoice) which fields the event is read for.
struct Plan final : FieldChoice {
  /// Where triggers are looked for: the values of a field as a source sees them.
  struct Scan {
    std::uint32_t source = 0;
    FieldId field{};  ///< kUnnamedField: every value of the event
    Engines engines = 0;
    const LiteralIndex* literals = nullptr;
    bool operator==(const Scan&) const = default;
  };
  std::vector<std::uint32_t> rules;   ///< that can fire, ascending
  std::vector<std::uint32_t> begins;  ///< of rules[i]'s sources; one more at the end
  std::vector<std::uint32_t> sources;
  std::vector<std::uint64_t> alive;   ///< a bit a rule
  std::vector<std::uint32_t> always;  ///< rules without a trigger
  std::vector<Scan> scans;
  /// Rules look into every value: what a record must hold for them to fire. nullptr: none do, or `this` chooses all.
  const TextProbe* keywords = nullptr;
  /// The same without a probe, which holds a few dozen texts only: where the reader gives the texts of the event, they
  /// are searched for all keywords at once.
  bool keywords_in_texts = false;
  Constants decided_by;  ///< what the event's fields must say, or the plan does not hold for it

  bool is_alive(std::uint32_t rule) const noexcept { return ((alive[rule >> 6] >> (rule & 63)) & 1) != 0; }
  std::span<const std::uint32_t> sources_of(std::uint32_t rule) const noexcept;
  /// The same rules and the same ways.
  bool operator==(const Plan&) const = default;
};

enum class Decide : std::uint8_t {
  by_kind,  ///< rules that the kind rules out are left out
  nothing,  ///< every rule whose source accepts the kind
};
/// Lifetime: the plan points into `probes`.
Plan make_plan(const Program& program, KeywordProbes& probes, const EventKind& kind, Decide decide);

}  // namespace stopwarden::sigma
