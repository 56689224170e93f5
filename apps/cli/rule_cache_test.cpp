// SPDX-License-Identifier: Apache-2.0
#include "rule_cache.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "load.h"
#include "platform/test_home.h"

namespace stopwarden::cli {
namespace {

namespace fs = std::filesystem;

/// An empty cache folder, the environment's while a case runs.
class RuleCacheTest : public ::testing::Test {
 protected:
  RuleCacheTest() { ::unsetenv("STOPWARDEN_CACHE"); }
  std::size_t files() const {
    std::size_t n = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(home_ + "/stopwarden", ignored))
      if (entry.is_regular_file()) ++n;
    return n;
  }
  static sigma::RuleSources sources(const std::string& build) {
    return {
        build, {}, {}, {{"r.yml", "title: t\nlogsource: {product: windows}\ndetection: {s: {a: b}, condition: s}\n"}}};
  }
  static sigma::CompiledRules compiled(const sigma::RuleSources& from) {
    sigma::CompiledRules out;
    out.logsources =
        std::make_unique<sigma::Logsources>(sigma::Logsources::parse(from.mappings, out.table, out.mistakes));
    out.rules = std::make_unique<sigma::RuleSet>(
        sigma::RuleSet::compile(from.rules, *out.logsources, {}, out.table, out.warnings));
    return out;
  }

  const platform::testing::TestHome test_home_{"STOPWARDEN_CACHE"};
  const std::string home_ = test_home_.path();
};

TEST_F(RuleCacheTest, AnotherBuildFindsNothing) {
  const RuleCache one(sources("1"));
  EXPECT_FALSE(one.find());
  one.keep(compiled(sources("1")));
  EXPECT_TRUE(one.find());
  EXPECT_TRUE(RuleCache(sources("1")).find());
  EXPECT_FALSE(RuleCache(sources("2")).find());
  EXPECT_FALSE(program_build().empty());
}

TEST_F(RuleCacheTest, ABuildThatCannotBeToldIsNotCached) {
  const RuleCache cache(sources(""));
  cache.keep(compiled(sources("")));
  EXPECT_FALSE(cache.find());
  EXPECT_EQ(files(), 0u);
}

TEST_F(RuleCacheTest, CanBeSwitchedOff) {
  ::setenv("STOPWARDEN_CACHE", "off", 1);
  const RuleCache cache(sources("1"));
  cache.keep(compiled(sources("1")));
  EXPECT_FALSE(cache.find());
  EXPECT_FALSE(fs::exists(home_ + "/stopwarden"));
  ::setenv("STOPWARDEN_CACHE", "on", 1);
  RuleCache(sources("1")).keep(compiled(sources("1")));
  EXPECT_EQ(files(), 1u);
}

TEST_F(RuleCacheTest, LoadedRulesAreTheSameColdAndWarm) {
  const LoadedRules plain = load_rules({});
  EXPECT_EQ(files(), 0u);  // commands that did not ask for it leave no trace
  const LoadedRules cold = load_rules({}, UseCache::yes), warm = load_rules({}, UseCache::yes);
  EXPECT_EQ(files(), 1u);
  for (const LoadedRules* one : {&cold, &warm}) {
    EXPECT_EQ(to_cache(*one, {}), to_cache(plain, {}));
    EXPECT_EQ(one->rejected, plain.rejected);
    EXPECT_EQ(one->never, plain.never);
  }
}

TEST_F(RuleCacheTest, WhatCannotBeReadIsNamedWarmToo) {
  RuleOptions options;
  options.rules = {"/nonexistent/rules"};
  for (int start = 0; start < 2; ++start) EXPECT_EQ(load_rules(options, UseCache::yes).unreadable.size(), 1u);
  options.logsources = {home_ + "/m.yml"};
  std::ofstream(home_ + "/m.yml") << "nonsense: 1\n";
  for (int start = 0; start < 2; ++start) EXPECT_EQ(load_rules(options, UseCache::yes).mistakes.size(), 1u);
}

TEST_F(RuleCacheTest, ManyStartsAtOnce) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([] {
      for (int i = 0; i < 5; ++i) EXPECT_TRUE(load_rules({}, UseCache::yes).complete());
    });
  threads.clear();
  EXPECT_EQ(files(), 1u);
}

}  // namespace
}  // namespace stopwarden::cli
