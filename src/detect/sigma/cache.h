// SPDX-License-Identifier: Apache-2.0
// Compiled rules as bytes, so that the next start need not compile them again. Private to one build of this program:
// not a format anybody may rely on. docs/cache.md says what it does for users.
#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "detect/sigma/logsource.h"
#include "detect/sigma/ruleset.h"
#include "event/field.h"
#include "yaml/yaml.h"

namespace stopwarden::sigma {

/// All that compiling gives.
struct CompiledRules {
  FieldTable table;
  std::unique_ptr<Logsources> logsources;  ///< the rules point into it
  std::unique_ptr<RuleSet> rules;
  std::vector<Diagnostic> warnings;               ///< of rules that were loaded all the same
  std::vector<Diagnostic> mistakes;               ///< in mapping and placeholder files
  std::set<std::string, std::less<>> code_texts;  ///< what the codes of loaded diagnostics point into
};

/// Everything that the result of compiling depends on.
struct RuleSources {
  std::string build;  ///< identifies the program to the byte
  std::vector<TextFile> mappings, placeholders, rules;
};

/// SHA-256 of the sources: names and contents of all files, in order, and the build.
using CacheKey = std::array<std::byte, 32>;
CacheKey cache_key(const RuleSources& sources);

/// The whole content of a cache file: magic, format, key, length, SHA-256 of the rest, the rest. Nothing when the rules
/// do not fit (a selector from elsewhere than `logsources`).
std::optional<std::string> to_cache(const CompiledRules& compiled, const CacheKey& key);

/// Reads what to_cache() wrote.
///
/// Input:   any bytes at all. Every count, index and enumerator is checked, so that nothing of it can crash a matcher
///          or make it run without bound; whether the rules are the right ones rests on the key and the digest.
/// Returns: nothing for another format or key, a wrong digest, or anything unsound.
/// Cost:    regular expressions are not compiled before they are first searched (Regex::deferred).
std::optional<CompiledRules> from_cache(std::string_view file, const CacheKey& key);

/// The part behind the header, without digest: for the fuzzer and the tests.
std::optional<CompiledRules> from_cache_payload(std::string_view payload);
/// Where the payload starts in a cache file.
inline constexpr std::size_t kCacheHeaderBytes = 84;

}  // namespace stopwarden::sigma
