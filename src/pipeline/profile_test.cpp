// SPDX-License-Identifier: Apache-2.0
#include "pipeline/profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace stopwarden {
namespace {

void see(KindProfile& profile, const std::string& channel, std::optional<std::uint32_t> id) {
  Event event;
  event.channel = channel;
  event.event_id = id;
  profile.start_matching();
  profile.end_matching(event);
}

std::uint64_t events(const std::vector<KindCost>& costs) {
  return std::accumulate(costs.begin(), costs.end(), std::uint64_t{0},
                         [](std::uint64_t n, const KindCost& cost) { return n + cost.events; });
}

TEST(KindProfile, KindsAreChannelAndIdAndThreadsAddUp) {
  KindProfile one, two, sum;
  one.start_reading();
  two.start_reading();
  for (int i = 0; i < 3; ++i) see(one, "Security", 4688);
  see(one, "Security", std::nullopt);
  see(one, "Security", 0);
  see(one, "", std::nullopt);
  see(two, "Security", 4688);
  see(two, "System", 4294967295);
  one.add_to(sum);
  two.add_to(sum);
  std::vector<std::string> got;
  for (const KindCost& cost : sum.costs())
    got.push_back(cost.channel + "/" + (cost.event_id ? std::to_string(*cost.event_id) : "-") + " " +
                  std::to_string(cost.events));
  std::sort(got.begin(), got.end());
  EXPECT_EQ(got, (std::vector<std::string>{"/- 1", "Security/- 1", "Security/0 1", "Security/4688 4",
                                           "System/4294967295 1"}));
}

TEST(KindProfile, TheDearestComesFirst) {
  KindProfile profile;
  profile.start_reading();
  for (std::uint32_t id = 0; id < 50; ++id) see(profile, "Security", id);
  const std::vector<KindCost> costs = profile.costs();
  EXPECT_TRUE(
      std::is_sorted(costs.begin(), costs.end(), [](const KindCost& a, const KindCost& b) { return a.ns() > b.ns(); }));
}

/// Channel and id are the log's to choose.
TEST(KindProfile, AHostileLogTakesNoMemory) {
  KindProfile profile, sum;
  profile.start_reading();
  const std::uint32_t many = KindProfile::kKindsMax + 100;
  for (std::uint32_t id = 0; id < many; ++id) see(profile, "Security", id);
  see(profile, std::string(KindProfile::kChannelMax + 1, 'x'), 1);
  profile.add_to(sum);
  KindProfile other;
  see(other, "another kind", 7);
  other.add_to(sum);
  for (const KindProfile* p : {&profile, &sum}) {
    const std::vector<KindCost> costs = p->costs();
    EXPECT_EQ(costs.size(), KindProfile::kKindsMax + 1);
    EXPECT_EQ(events(costs), many + (p == &sum ? 2u : 1u));
    EXPECT_EQ(std::count_if(costs.begin(), costs.end(), [](const KindCost& c) { return c.others; }), 1);
  }
}

}  // namespace
}  // namespace stopwarden
