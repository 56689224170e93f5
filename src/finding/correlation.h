// SPDX-License-Identifier: Apache-2.0
// From a fired correlation to a finding for people.
//
//   keep(encode_member(builder.build(hit, ...)));          // at each hit that correlations are fed with
//   members.push_back(decode_member(kept(key)).take());    // for each of CorrelationResult::evidences
//   order.on_finding(build_correlation(result, members, Redaction::on));
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "detect/correlation.h"
#include "finding/build.h"
#include "finding/finding.h"

namespace stopwarden {

struct CorrelationBuildLimits {
  std::size_t group_value_max = 256;     // bytes of a group's value in the message
  std::size_t resources_max = 256;       // targets of all members together
  std::size_t member_resources_max = 8;  // of one member: it waits in memory or on disk
  std::size_t message_names_max = 5;     // as of BuildLimits
};

/// What a correlation's finding will tell of one of its hits, as bytes to keep: uid, place, host, actor, targets.
std::string encode_member(const Finding& finding, const CorrelationBuildLimits& limits = {});
/// A finding with these parts only. Errors: truncated, bad_value.
Result<Finding> decode_member(std::string_view bytes);

/// Words and grades a result. `members` are its evidences, resolved; those that cannot be had are left out.
///
/// Actor, host, source: what all members agree on; else absent.
/// Uid:   the same correlation, group and members give the same uid, whatever files copies of the logs lie in.
/// Count: of the hits it is made of; evidences_left_out are those of them that are not named.
Finding build_correlation(const CorrelationResult& result, std::span<const Finding> members, Redaction redaction,
                          const CorrelationBuildLimits& limits = {});

}  // namespace stopwarden
