// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stopwarden::sigma {

/// Channel, provider and event id as one key: what decides which rules are meant for an event. Keeps its memory.
class PlanKey {
 public:
  /// False (and no key) for names so long that they are hostile and not worth keeping.
  bool assign(std::string_view channel, std::string_view provider, std::optional<std::uint32_t> event_id) {
    constexpr std::size_t kNamesMax = 512;
    if (channel.size() + provider.size() > kNamesMax) return false;
    text_.clear();
    const std::uint64_t id = event_id ? std::uint64_t{*event_id} + 1 : 0;
    for (int shift = 0; shift < 40; shift += 8) text_ += static_cast<char>((id >> shift) & 0xFF);
    text_ += static_cast<char>(channel.size() & 0xFF);  // names may hold any byte: only the length tells where one ends
    text_ += static_cast<char>(channel.size() >> 8);
    text_ += channel;
    text_ += provider;
    return true;
  }
  const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

}  // namespace stopwarden::sigma
