// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/keyword_probes.h"

#include <algorithm>
#include <string_view>

namespace stopwarden::sigma {
namespace {

/// Makes the probe look for each keyword: always by the pair that is rarest for the number of keywords it serves. False
/// when one has no usable pair, or there is no room.
bool cover(const std::vector<std::string_view>& keywords, const TextCounts& counts, TextProbe& probe) {
  std::vector<std::string_view> open = keywords;
  const auto covered = [&probe](std::string_view k) { return probe.covers(k); };
  for (std::erase_if(open, covered); !open.empty(); std::erase_if(open, covered)) {
    std::map<std::string_view, std::size_t> serves;
    for (const std::string_view k : open)
      for (std::size_t i = 0; i + 2 <= k.size(); ++i)
        if (TextProbe::usable(k[i], k[i + 1]) && k.find(k.substr(i, 2)) == i) ++serves[k.substr(i, 2)];
    const auto worth = [&counts](const auto& entry) {
      const auto [pair, keywords_served] = entry;
      return static_cast<double>(keywords_served) / (10 + counts.of_pair(pair[0], pair[1]));
    };
    const auto best = std::max_element(serves.begin(), serves.end(),
                                       [&worth](const auto& a, const auto& b) { return worth(a) < worth(b); });
    if (best == serves.end()) return false;
    for (const std::string_view k : open)
      if (const std::size_t at = k.find(best->first); at != std::string_view::npos && !probe.add(k, at)) return false;
  }
  return true;
}

}  // namespace

const TextProbe* KeywordProbes::probe_for(std::span<const std::uint32_t> rules) {
  const std::vector<std::uint32_t> key(rules.begin(), rules.end());
  auto at = made_.find(key);
  if (at == made_.end()) {
    if (made_.size() >= kSetsMax) return nullptr;
    std::vector<std::string_view> keywords;
    for (const std::uint32_t rule : rules)
      keywords.insert(keywords.end(), program_.keywords(rule).begin(), program_.keywords(rule).end());
    std::optional<TextProbe> probe(std::in_place);
    if (!cover(keywords, program_.counts(), *probe)) probe.reset();
    at = made_.emplace(key, std::move(probe)).first;
  }
  return at->second ? &*at->second : nullptr;
}

}  // namespace stopwarden::sigma
