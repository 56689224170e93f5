// SPDX-License-Identifier: Apache-2.0
#include "rule_cache.h"

#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "platform/build_id.h"
#include "version.h"

namespace stopwarden::cli {
namespace {

constexpr std::string_view kSuffix = ".rules";
constexpr std::size_t kFileBytesMax = std::size_t{64} << 20;  // all of SigmaHQ come to about 5 MB
constexpr std::size_t kFilesMax = 8;                          // rule sets and versions of the program in turn
constexpr std::uint64_t kFolderBytesMax = std::uint64_t{128} << 20;

bool switched_off() {
  const char* value = std::getenv("STOPWARDEN_CACHE");
  return value != nullptr && std::string_view(value) == "off";
}

}  // namespace

std::string program_build() {
  const std::string id = platform::build_id();
  return id.empty() ? id : std::string(kVersion) + " " + id;
}

RuleCache::RuleCache(const sigma::RuleSources& sources) {
  if (sources.build.empty() || switched_off()) return;
  if (auto folder = platform::CacheFolder::open("stopwarden")) folder_.emplace(std::move(*folder));
  if (!folder_) return;
  key_ = sigma::cache_key(sources);
  name_ = to_hex(key_) + std::string(kSuffix);
}

std::optional<sigma::CompiledRules> RuleCache::find() const {
  if (!folder_) return std::nullopt;
  const auto file = folder_->load(name_, kFileBytesMax);
  if (!file) return std::nullopt;
  return sigma::from_cache(file->text(), key_);
}

void RuleCache::keep(const sigma::CompiledRules& compiled) const {
  if (!folder_) return;
  const auto file = sigma::to_cache(compiled, key_);
  if (!file || file->size() > kFileBytesMax) return;
  if (folder_->store(name_, *file)) folder_->keep_newest(kSuffix, kFilesMax, kFolderBytesMax);
}

}  // namespace stopwarden::cli
