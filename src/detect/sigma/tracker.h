// SPDX-License-Identifier: Apache-2.0
// One correlation at work: its groups, when they fire, what is forgotten. Used by correlate.cpp.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "detect/sigma/correlate.h"
#include "detect/sigma/correlation_ir.h"
#include "detect/sigma/group_table.h"
#include "detect/sigma/window_state.h"

namespace stopwarden::sigma {

using FieldValues = std::span<const std::optional<std::string_view>>;

/// A hit on its way into a correlation: of a plain rule, or of a correlation within.
struct Entry {
  const CorrelationMember* member = nullptr;
  EventTime time{};
  std::string_view host;
  std::uint32_t host_hash = 0;
  std::uint64_t event = 0, evidence = 0;
  FieldValues values;  ///< by the member's numbers

  std::optional<std::string_view> value(std::uint16_t place) const noexcept {
    return place < values.size() ? values[place] : std::nullopt;
  }
};

/// A group fired. Views into the tracker, which must not be touched meanwhile.
struct Fired {
  EventTime time{};
  std::string_view key;  ///< the group's value, or the parts of several
  std::string_view host;
  const Verdict* verdict = nullptr;
  FieldValues passed;  ///< by CorrelationRule::passed; those that are part of the group are not filled in
};

class FiredSink {
 public:
  virtual ~FiredSink() = default;
  virtual void on_fired(const Fired& fired) = 0;
};

class Tracker {
 public:
  virtual ~Tracker() = default;
  /// `entry` is not older than what came before, and all windows that end before it are closed.
  virtual void add(const Entry& entry, FiredSink& sink) = 0;
  /// When the next open window ends; nothing: none is open.
  virtual std::optional<EventTime> next_close() const { return std::nullopt; }
  virtual void close_next(FiredSink& sink) { (void)sink; }
  /// Forgets what can tell nothing any more.
  virtual void expire(EventTime now) { (void)now; }
  /// False: there is none left.
  virtual bool evict_oldest() = 0;
  virtual std::size_t bytes() const = 0;
};

/// Values as one text from which they can be had again, so that ("a", "bc") and ("ab", "c") differ.
void append_part(std::string& out, std::string_view value);
/// Takes the next value off the front.
std::string_view take_part(std::string_view& parts) noexcept;

/// The state machine for a correlation's type. `rule`, `limits`, `pool` and `stats` outlive it.
std::unique_ptr<Tracker> make_tracker(const CorrelationRule& rule, const CorrelatorLimits& limits, KeyedHash hash,
                                      BlockPool& pool, CorrelationStats& stats);

}  // namespace stopwarden::sigma
