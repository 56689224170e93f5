// SPDX-License-Identifier: Apache-2.0
#include "sources/json/keys.h"

#include <utility>

#include "sources/json/scanner.h"
#include "sources/json/tree.h"

namespace stopwarden::json {
namespace {

constexpr std::size_t kKeysMax = 16'384;     // remembered keys, about 2 MiB; real logs have some hundred
constexpr std::size_t kNamesMax = 1u << 20;  // bytes of remembered keys
constexpr std::size_t kSlotsMin = 1024;

constexpr std::pair<std::string_view, Mark> kMarks[] = {
    {"Event", Mark::event},
    {"System", Mark::system},
    {"_source", Mark::source},
    {"result", Mark::result},
    {"winlog", Mark::winlog_object},
    {"EventID", Mark::event_id_number},
    {"EventCode", Mark::event_id_number},
    {"event_id", Mark::event_id_low},
    {"log_name", Mark::log_name},
    {"provider", Mark::provider_low},
    {"channel", Mark::channel_low},
    {"Channel", Mark::channel},
    {"LogName", Mark::channel},
    {"SourceName", Mark::provider},
    {"ProviderName", Mark::provider},
    {"Provider_Name", Mark::provider},
    {"ProviderGuid", Mark::provider},
    {"Computer", Mark::computer},
    {"ComputerName", Mark::computer},
    {"Hostname", Mark::computer},
    {"MachineName", Mark::computer},
    {"EventTime", Mark::event_time},
    {"EventReceivedTime", Mark::received_time},
    {"Id", Mark::id},
    {"_path", Mark::zeek_path},
    {"ts", Mark::zeek_time},
    {"id.orig_h", Mark::zeek_member},
    {"fuid", Mark::zeek_member},
    {"certificate.serial", Mark::zeek_member},
    {"fullFormattedMessage", Mark::vcenter_message},
    {"FullFormattedMessage", Mark::vcenter_message},
    {"chainId", Mark::vcenter_event},
    {"ChainId", Mark::vcenter_event},
    {"createdTime", Mark::vcenter_event},
    {"CreatedTime", Mark::vcenter_event},
};

Mark mark_of(std::string_view raw) noexcept {
  for (const auto& [name, mark] : kMarks)
    if (raw == name) return mark;
  constexpr std::string_view kDotted = "winlog.";
  return raw.substr(0, kDotted.size()) == kDotted ? Mark::winlog : Mark::none;
}

}  // namespace

Keys::Keys() { clear(); }

void Keys::clear() {
  std::vector<Key>().swap(keys_);
  std::vector<Slot>(kSlotsMin).swap(slots_);
  names_ = Arena{};
  name_bytes_ = 0;
  keys_.emplace_back();
  ++generation_;
}

void Keys::limit() {
  if (keys_.size() > kKeysMax || name_bytes_ > kNamesMax) clear();
}

std::uint32_t Keys::add(std::string_view raw, std::uint32_t hash) {
  const auto insert = [this](std::uint32_t h, std::uint32_t number) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = h & mask;
    while (slots_[at].number != 0) at = (at + 1) & mask;
    slots_[at] = {h, number};
  };
  if ((keys_.size() + 1) * 2 > slots_.size()) {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& s : old)
      if (s.number != 0) insert(s.hash, s.number);
  }
  Key key;
  key.raw = names_.copy(raw);
  key.text = unescape(key.raw, names_);
  key.traits = {mark_of(raw), is_wrapper_name(raw), is_event_key(raw)};
  name_bytes_ += raw.size();
  const auto number = static_cast<std::uint32_t>(keys_.size());
  keys_.push_back(key);
  insert(hash, number);
  return number;
}

}  // namespace stopwarden::json
