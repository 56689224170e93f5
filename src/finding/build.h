// SPDX-License-Identifier: Apache-2.0
// From a rule's hit on an event to a finding for people.
//
//   FindingBuilder builder(table, Redaction::on);
//   Finding finding = builder.build(hit, "logs/System.evtx", extract_targets(*hit.event));
//   order.on_finding(finding);
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "detect/hit.h"
#include "event/event.h"
#include "event/field.h"
#include "finding/finding.h"

namespace stopwarden {

/// Whether secrets in what is printed are replaced by `***` (redact.h); off is `--raw`.
enum class Redaction : std::uint8_t { on, off };

struct BuildLimits {
  std::size_t cmd_line_max = 64 * std::size_t{1024};  // Windows allows 32,767 UTF-16 units
  std::size_t value_max = 8 * std::size_t{1024};      // one matched value; a script block has up to 32 kB
  std::size_t values_max = 64;                        // matched pairs of one finding
  std::size_t message_names_max = 5;                  // targets named in the message; resources[] has them all
};

/// Adds the names of fields a finding reads that are not in the catalogue to `table`. Call it before the table becomes
/// const; without it findings lack what only these fields tell (the account a 4688 process runs as).
void intern_finding_fields(FieldTable& table);

/// Adds every field a finding reads, so that sources deliver them.
void add_finding_fields(WantedFields& wanted);

/// Words and grades hits. Stateless apart from its table: one object may serve all threads.
///
/// Actor:   only what the event itself says of who acted. Names of Sysmon and of the Security log are both read;
///          Security_UserID counts only for providers that log on behalf of the caller (the table in build.cpp), since
///          everywhere else it is the service that wrote the record. What is not known stays empty.
/// Uid:     the same rule on the same record of the same log gives the same uid, whatever file a copy of it lies in.
///          A record without a record number is known by its bytes and its time.
/// Limits:  values longer than the limits are cut, and say by how many bytes.
/// Lifetime: the finding owns all its text. `table` must outlive the builder.
class FindingBuilder {
 public:
  FindingBuilder(const FieldTable& table, Redaction redaction, BuildLimits limits = {});
  Finding build(const Hit& hit, std::string_view input_name, std::span<const Target> targets) const;

 private:
  Actor actor_of(const Event& event) const;
  std::string shown(std::string_view value, std::size_t bytes_max) const;
  std::optional<FieldId> target_domain_, target_sid_, target_logon_;
  Redaction redaction_;
  BuildLimits limits_;
};

/// The identity of a hit (finding_info.uid), 32 hex digits.
std::string hit_uid(const Hit& hit);
/// The identity of the event alone: the same for copies of its record, whatever rule hit it. 32 hex digits.
std::string event_uid(const Hit& hit);

}  // namespace stopwarden
